// Command etcd is the program of go.etcd.io/etcd/server, built at the version that Kubernetes 1.36 is installed with.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
