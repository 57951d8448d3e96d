//! The order in which Kubernetes objects are created and deleted, by kind.

/// Kinds in the order Helm creates them. Unknown kinds come last, by name.
pub const INSTALL_ORDER: &[&str] = &[
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// A key that sorts as Helm's install order does: known kinds by rank, then the others by name.
pub(crate) fn install_key(kind: &[u8]) -> (usize, &[u8]) {
    match INSTALL_ORDER.iter().position(|known| known.as_bytes() == kind) {
        Some(rank) => (rank, b""),
        None => (INSTALL_ORDER.len(), kind),
    }
}

#[cfg(test)]
mod tests {
    use super::install_key;

    #[test]
    fn known_kinds_come_first_and_unknown_ones_are_alphabetical() {
        let mut kinds: Vec<&[u8]> = vec![b"Zebra", b"Service", b"Apple", b"Namespace", b""];
        kinds.sort_by_key(|kind| install_key(kind));
        assert_eq!(kinds, [&b"Namespace"[..], b"Service", b"", b"Apple", b"Zebra"]);
    }
}
