"""Certificates are verified, with exceptions that a source names for its own domain only."""

import ipaddress
import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOSTS = ("127.0.3.1", "127.0.3.2")


class Issued(NamedTuple):
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def issue(name: str, issuer: Issued | None = None) -> Issued:
    """A certificate for HOSTS, signed by the issuer or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    addresses = [x509.IPAddress(ipaddress.ip_address(host)) for host in HOSTS]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=not issuer, path_length=None), critical=True)
        .sign(issuer.key if issuer else key, hashes.SHA256())
    )
    return Issued(made, key)


def secure(publisher: Any, issued: Issued, folder: Path, *, old: bool = False) -> None:
    """Make a publisher speak https; an old one knows no TLS after 1.1."""
    path = folder / f"{publisher.host}.pem"
    path.write_bytes(pem(issued.certificate) + key_of(issued))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if old:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(path)
    server = publisher._server
    server.socket = context.wrap_socket(server.socket, server_side=True)
    publisher.root = f"https://{publisher.host}"


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_of(issued: Issued) -> bytes:
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    return issued.key.private_bytes(serialization.Encoding.PEM, form, plain)


@pytest.fixture
def sites(publish: Callable[[str], Any]) -> list[Any]:
    return [publish(host) for host in HOSTS]


def told(deployment: Any) -> str:
    """What went wrong at the entry points."""
    return " ".join(row[0] for row in deployment.ask("select error from archive.entry_point"))


def test_an_unknown_certificate_is_refused_but_where_its_source_takes_it(
    deployment: Any, sites: list[Any], tmp_path: Path
) -> None:
    one, other = sites
    for site in sites:
        secure(site, issue(site.host), tmp_path)
    good, strange = one.article("/a/1"), other.article("/a/2")
    one.feed(good, strange)
    deployment.allow(one.host, other.host)
    deployment.register(one.source())
    deployment.counts("crawl")
    assert one.asked == []
    assert "certificate verify failed" in told(deployment)
    deployment.register(one.source(tls="unverified"))
    later = {"JIANBAO_NOW": (datetime.now(UTC) + timedelta(hours=3)).isoformat()}
    assert deployment.counts("crawl", "--force", **later)["pages"] == 1
    assert deployment.outcomes() == {good: "pending", strange: "unreachable"}
    assert other.asked == []
    _, out, _ = deployment.run("sources")
    assert "TLS unverified" in out


def test_old_tls_is_an_exception_that_still_verifies(
    deployment: Any, sites: list[Any], tmp_path: Path
) -> None:
    old, false = sites
    authority = issue("authority")
    secure(old, issue("old", authority), tmp_path, old=True)
    secure(false, issue("false"), tmp_path, old=True)
    (tmp_path / "authority.pem").write_bytes(pem(authority.certificate))
    trusted = {"SSL_CERT_FILE": str(tmp_path / "authority.pem")}
    for site in sites:
        site.feed(site.article("/a/1"))
    deployment.allow(old.host, false.host)
    deployment.register(old.source())
    deployment.counts("crawl", **trusted)
    assert old.asked == []
    deployment.register(*(site.source(f"site{n}", tls="legacy") for n, site in enumerate(sites)))
    later = {"JIANBAO_NOW": (datetime.now(UTC) + timedelta(hours=3)).isoformat()}
    assert deployment.counts("crawl", "--force", **trusted, **later)["pages"] == 1
    assert old.asked[-1] == "/a/1"
    assert false.asked == []
    assert "certificate verify failed" in told(deployment)
