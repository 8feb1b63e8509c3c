/** Default values of a Kubernetes layer pack, in the manner of kubeadm packs. */
export const k8sDefaults = `# spectrocloud.com/enabled-presets: Kube Controller Manager:loopback-ctrlmgr
pack:
  content:
    images:
      - image: registry.k8s.io/coredns/coredns:v1.9.3
      - image: registry.k8s.io/etcd:3.5.6-0
  # The CIDR of the pods
  podCIDR: "192.168.0.0/16"
  # The CIDR of the services
  serviceClusterIpRange: "10.96.0.0/12"

kubeadmconfig:
  apiServer:
    extraArgs:
      # Note : secure-port flag is used during kubeadm init. Do not change this flag on a running cluster
      secure-port: "6443"
      anonymous-auth: "true"
      profiling: "false"
      audit-policy-file: /etc/kubernetes/audit-policy.yaml
    extraVolumes:
      - name: audit-log
        hostPath: /var/log/apiserver
        mountPath: /var/log/apiserver
        pathType: DirectoryOrCreate
      - name: audit-policy
        hostPath: /etc/kubernetes/audit-policy.yaml
        mountPath: /etc/kubernetes/audit-policy.yaml
        readOnly: true
  kubeletExtraArgs:
    read-only-port : "0"
    event-qps: "0"
  files:
    - path: hardening/audit-policy.yaml
      permissions: '0600'
      content: |
        apiVersion: audit.k8s.io/v1
        kind: Policy
        rules:
          - level: None
            users: ["system:kube-proxy"]
            verbs: ["watch"]
          - level: Metadata
  # postKubeadmCommands:
  #   - 'echo "done"'
`;

/** Default values of a CNI layer pack that installs Calico. */
export const cniDefaults = `manifests:
  calico:
    # IPAM type to use. Supported types are calico-ipam, host-local
    ipamType: calico-ipam
    calico_ipam:
      assign_ipv4: true
      assign_ipv6: false
    # Should be one of CALICO_IPV4POOL_IPIP or CALICO_IPV4POOL_VXLAN
    encapsulationType: CALICO_IPV4POOL_IPIP
    # Should be one of Always, CrossSubnet, Never
    encapsulationMode: Always
    env:
      calicoNode:
        IPV6: none
        # FELIX_IPV6SUPPORT: "true"
        CALICO_ROUTER_ID: "" # filled in by the node
`;
