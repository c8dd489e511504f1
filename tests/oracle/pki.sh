#!/bin/bash
# Makes a folder of keys and certificates that nobody trusts but the tests, with openssl alone: what is compared with the
# oracle shares no code with the program under test.
#   tests/oracle/pki.sh FOLDER
#     root.pem                       vouches for signers
#     ALGORITHM.key, ALGORITHM.pem   es256 … ed25519: key (PKCS#8) and chain, leaf first, intermediate second
#     ALGORITHM.ocsp                 DER answer "good", by a responder of the intermediate's
#     tsa_root.pem, tsa.cnf, tsa.key, tsa.pem, tsa_chain.pem     a time-stamp authority for `openssl ts`
#     stranger.key, stranger.pem     a signer under a root of its own
set -euo pipefail
mkdir -p "$1"
cd "$1"

cat >extensions.cnf <<'CNF'
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[claim]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,1.3.6.1.4.1.62558.2.1,emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[stamp]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ocsp]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,OCSPSigning
noCheck = ignored
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CNF

key() { # NAME KIND
  case $2 in
    ed25519) openssl genpkey -quiet -algorithm ed25519 -out "$1.key" ;;
    rsa) openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key" ;;
    *) openssl genpkey -quiet -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$1.key" ;;
  esac
}
serial=4096
certificate() { # NAME SECTION ISSUER (or - for itself) COMMON_NAME
  serial=$((serial + 1))
  local signed_by=(-CA "$3.crt" -CAkey "$3.key")
  [ "$3" != - ] || signed_by=(-key "$1.key")
  openssl req -new -key "$1.key" -subj "/O=Bonafide tests/CN=$4" -out request.csr
  openssl x509 -req -in request.csr "${signed_by[@]}" -set_serial "$serial" -days 3650 -extfile extensions.cnf \
    -extensions "$2" -out "$1.crt" 2>/dev/null
}

key root P-384; certificate root root - "Root"
cp root.crt root.pem
key intermediate P-256; certificate intermediate intermediate root "Intermediate"
key responder P-256; certificate responder ocsp intermediate "OCSP responder"

key es256 P-256; key es384 P-384; key es512 P-521; key ed25519 ed25519; key ps256 rsa
cp ps256.key ps384.key
cp ps256.key ps512.key
for algorithm in es256 es384 es512 ps256 ps384 ps512 ed25519; do
  certificate "$algorithm" claim intermediate "Signer $algorithm"
  cat "$algorithm.crt" intermediate.crt >"$algorithm.pem"
  printf 'V\t360101000000Z\t\t%X\tunknown\t/CN=%s\n' "$serial" "$algorithm" >>index.txt
done
for algorithm in es256 es384 es512 ps256 ps384 ps512 ed25519; do
  openssl ocsp -issuer intermediate.crt -cert "$algorithm.crt" -no_nonce -reqout query.der >/dev/null 2>&1
  openssl ocsp -index index.txt -CA intermediate.crt -rsigner responder.crt -rkey responder.key -reqin query.der \
    -ndays 3650 -respout "$algorithm.ocsp" >/dev/null 2>&1
done

key tsa_root P-384; certificate tsa_root root - "Time root"
cp tsa_root.crt tsa_root.pem
key tsa P-256; certificate tsa stamp tsa_root "Time-stamp authority"
cp tsa.crt tsa.pem
cp tsa.crt tsa_chain.pem
echo 01 >tsa_serial
cat >tsa.cnf <<'CNF'
[tsa]
default_tsa = authority
[authority]
serial = tsa_serial
crypto_device = builtin
signer_cert = tsa.pem
certs = tsa_chain.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ordering = yes
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
CNF

key stranger_root P-256; certificate stranger_root root - "Somebody else's root"
key stranger P-256; certificate stranger claim stranger_root "Somebody else"
cp stranger.crt stranger.pem
rm -f request.csr query.der
