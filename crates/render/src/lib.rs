//! Resolved chart to rendered files to manifests, hooks and notes.
