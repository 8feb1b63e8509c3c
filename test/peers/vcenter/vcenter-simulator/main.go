// Command vcenter-simulator is govmomi's vCenter simulator for tests: TLS with a certificate of its own run, a login that is
// checked, a Cloud Native Storage that keeps cluster-ids as vCenter does, and a control port (control.go) over which a test
// makes volumes and injects faults. It prints one line of JSON when it listens and ends when its standard input closes.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"

	_ "github.com/vmware/govmomi/pbm/simulator"
)

// adminAgent marks the simulator's own calls, which are neither recorded nor hit by faults.
const adminAgent = "vcenter-simulator control"

type start struct {
	URL        string `json:"url"`
	Control    string `json:"control"`
	Thumbprint string `json:"thumbprint"`
	SHA1       string `json:"sha1"`
}

func main() {
	log.SetOutput(os.Stderr)
	model := simulator.VPX()
	user := flag.String("username", "administrator@vsphere.local", "the only login")
	password := flag.String("password", "", "its password")
	certificate := flag.String("certificate", "", "file to write the certificate to (PEM)")
	folder := flag.String("folder", "", "VM folder to make in the first datacenter")
	flag.IntVar(&model.Datacenter, "datacenters", 1, "")
	flag.IntVar(&model.Cluster, "clusters", 1, "in each datacenter")
	flag.IntVar(&model.ClusterHost, "hosts", 1, "in each cluster")
	flag.IntVar(&model.Datastore, "datastores", 1, "in each datacenter")
	flag.IntVar(&model.Pool, "pools", 0, "resource pools in each cluster, besides its own")
	flag.IntVar(&model.Pod, "pods", 0, "datastore clusters in each datacenter")
	flag.IntVar(&model.Machine, "machines", 0, "in each resource pool")
	flag.Parse()
	model.Host = 0
	model.Autostart = false
	if err := run(model, url.UserPassword(*user, *password), *certificate, *folder); err != nil {
		log.Fatal(err)
	}
}

func run(model *simulator.Model, login *url.Userinfo, certificateFile, folder string) error {
	defer model.Remove()
	if err := model.Create(); err != nil {
		return err
	}
	certificate, err := selfSigned()
	if err != nil {
		return err
	}
	encoded := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	if certificateFile != "" {
		if err := os.WriteFile(certificateFile, encoded, 0o600); err != nil {
			return err
		}
	}
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	model.Service.Listen = &url.URL{Host: "127.0.0.1:0", User: login}
	model.Service.RegisterEndpoints = true
	server := model.Service.NewServer()
	defer server.Close()

	front := newFront(model.Service, server.Config.Handler)
	front.privileges = withholdable(model)
	server.Config.Handler = front

	ctx := context.Background()
	admin, err := connect(ctx, server.URL, encoded)
	if err != nil {
		return err
	}
	front.admin = admin
	if folder != "" {
		if err := makeFolder(ctx, admin, folder); err != nil {
			return err
		}
	}
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() { log.Print(http.Serve(control, front.control())) }()

	address := *server.URL
	address.User = nil
	line := start{
		URL:        address.String(),
		Control:    "http://" + control.Addr().String(),
		Thumbprint: colons(sha256.Sum256(certificate.Certificate[0])),
		SHA1:       colons(sha1.Sum(certificate.Certificate[0])),
	}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return nil
}

func connect(ctx context.Context, address *url.URL, certificate []byte) (*govmomi.Client, error) {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)
	transport := soap.NewClient(address, false)
	transport.UserAgent = adminAgent
	transport.DefaultTransport().TLSClientConfig.RootCAs = pool
	return newAdmin(ctx, transport, address.User)
}

func makeFolder(ctx context.Context, admin *govmomi.Client, name string) error {
	finder := find.NewFinder(admin.Client)
	datacenters, err := finder.DatacenterList(ctx, "*")
	if err != nil {
		return err
	}
	folders, err := datacenters[0].Folders(ctx)
	if err != nil {
		return err
	}
	_, err = folders.VmFolder.CreateFolder(ctx, name)
	return err
}

func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: "vcenter-simulator"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames:              []string{"localhost"},
	}
	raw, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, err
}

func colons[Sum [20]byte | [32]byte](sum Sum) string {
	var parts []string
	for i := 0; i < len(sum); i++ {
		parts = append(parts, fmt.Sprintf("%02X", sum[i]))
	}
	return strings.Join(parts, ":")
}
