//! Helm charts: metadata, loading, values, dependencies and schema.
