//! Who asks, for what, under which grants: permits, denials and the audit list.
