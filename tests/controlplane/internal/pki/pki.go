// Package pki makes the cluster's certificate authority, certificates and keys,
// and keeps what it finds: a restart on the same directory must leave the
// kubeconfigs already handed out, and the tokens already issued, valid.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const lifetime = 10 * 365 * 24 * time.Hour

// Authority signs everything; its files live in Dir.
type Authority struct {
	Dir  string
	cert *x509.Certificate
	key  crypto.Signer
	// PEM is the authority's certificate.
	PEM []byte
}

// Request says what a certificate is for: a user (Name, Groups), and a server
// when it has Hosts or IPs.
type Request struct {
	Name   string
	Groups []string
	Hosts  []string
	IPs    []net.IP
}

// Pair is a certificate with its key, both PEM.
type Pair struct{ Cert, Key []byte }

// Open loads the authority of dir, making it on first use.
func Open(dir string) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	a := &Authority{Dir: dir}
	if cert, key, pair, err := load(dir, "ca"); err == nil {
		a.cert, a.key, a.PEM = cert, key, pair.Cert
		return a, nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	template, err := newTemplate("gpucluster-test-ca", nil)
	if err != nil {
		return nil, err
	}
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	pair, err := sign(dir, "ca", template, template, key, key)
	if err != nil {
		return nil, err
	}
	a.key, a.PEM = key, pair.Cert
	a.cert, err = parseCert(pair.Cert)
	return a, err
}

// Ensure returns the pair kept as dir/<file>.crt and .key, issuing it anew when
// it is missing, expired, or does not answer the request.
func (a *Authority) Ensure(file string, r Request) (Pair, error) {
	if cert, _, pair, err := load(a.Dir, file); err == nil && a.serves(cert, r) {
		return pair, nil
	}
	template, err := newTemplate(r.Name, r.Groups)
	if err != nil {
		return Pair{}, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if len(r.Hosts)+len(r.IPs) > 0 {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		template.DNSNames, template.IPAddresses = r.Hosts, r.IPs
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, err
	}
	return sign(a.Dir, file, template, a.cert, key, a.key)
}

// EnsureSigningKey keeps the key pair behind service-account tokens as
// dir/<file>.key and dir/<file>.pub.
func (a *Authority) EnsureSigningKey(file string) error {
	if _, err := os.Stat(filepath.Join(a.Dir, file+".pub")); err == nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if _, err := writeKey(a.Dir, file, key); err != nil {
		return err
	}
	return WriteFile(filepath.Join(a.Dir, file+".pub"), pemBlock("PUBLIC KEY", public), 0o600)
}

func (a *Authority) serves(cert *x509.Certificate, r Request) bool {
	if cert.CheckSignatureFrom(a.cert) != nil || time.Now().After(cert.NotAfter) || cert.Subject.CommonName != r.Name {
		return false
	}
	for _, h := range r.Hosts {
		if cert.VerifyHostname(h) != nil {
			return false
		}
	}
	for _, ip := range r.IPs {
		if cert.VerifyHostname(ip.String()) != nil {
			return false
		}
	}
	return true
}

func newTemplate(name string, groups []string) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name, Organization: groups},
		// An hour of slack: clocks of test machines jump.
		NotBefore: time.Now().Add(-time.Hour),
		NotAfter:  time.Now().Add(lifetime),
	}, nil
}

func sign(dir, file string, template, parent *x509.Certificate, key *ecdsa.PrivateKey, signer crypto.Signer) (Pair, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return Pair{}, err
	}
	keyPEM, err := writeKey(dir, file, key)
	if err != nil {
		return Pair{}, err
	}
	certPEM := pemBlock("CERTIFICATE", der)
	return Pair{certPEM, keyPEM}, WriteFile(filepath.Join(dir, file+".crt"), certPEM, 0o600)
}

func load(dir, file string) (*x509.Certificate, crypto.Signer, Pair, error) {
	certPEM, err := os.ReadFile(filepath.Join(dir, file+".crt"))
	if err != nil {
		return nil, nil, Pair{}, err
	}
	keyPEM, err := os.ReadFile(filepath.Join(dir, file+".key"))
	if err != nil {
		return nil, nil, Pair{}, err
	}
	cert, err := parseCert(certPEM)
	if err != nil {
		return nil, nil, Pair{}, err
	}
	block, _ := pem.Decode(keyPEM)
	if block == nil {
		return nil, nil, Pair{}, fmt.Errorf("%s.key holds no PEM", file)
	}
	key, err := x509.ParseECPrivateKey(block.Bytes)
	return cert, key, Pair{certPEM, keyPEM}, err
}

func parseCert(data []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("no PEM certificate")
	}
	return x509.ParseCertificate(block.Bytes)
}

func writeKey(dir, file string, key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	data := pemBlock("EC PRIVATE KEY", der)
	return data, WriteFile(filepath.Join(dir, file+".key"), data, 0o600)
}

func pemBlock(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
