"""Sources and Webhooks as manifests: applied, listed, kept in a folder or (in a cluster) as Kubernetes objects."""
