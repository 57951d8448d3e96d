//! Go's dynamic values: kinds, comparison, fmt verbs, and YAML, JSON and TOML as Go reads and writes them.
