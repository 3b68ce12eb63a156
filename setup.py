"""The Airbyte source and destination for Sage Active, what they share, and the command `sage-active`.

The stand-in is a distribution of its own: `sage_active_sandbox/pyproject.toml`. What other files must repeat, such as
the version, is compared with this one by `unit_tests/packaging/`.
"""

from pathlib import Path

from setuptools import find_packages, setup

VERSION = "0.2.0"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

setup(
    name="airbyte-sage-active",
    version=VERSION,
    description="Airbyte source and destination for Sage Active, directly or through Maesn",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="The Sage Active connector authors",
    license_expression="MIT",
    license_files=["LICENSE"],
    keywords=["accounting", "airbyte", "connector", "elt", "maesn", "sage active"],
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Environment :: Console",
        "Intended Audience :: Developers",
        "Intended Audience :: Financial and Insurance Industry",
        "Operating System :: POSIX",
        "Programming Language :: Python :: 3",
        *(f"Programming Language :: Python :: {python}" for python in PYTHONS),
        "Topic :: Database",
        "Topic :: Office/Business :: Financial :: Accounting",
        "Typing :: Typed",
    ],
    python_requires=">=3.11,<3.15",
    packages=find_packages(
        include=[
            f"{name}{below}"
            for name in ("sage_active", "sage_active_cli", "source_sage_active", "destination_sage_active")
            for below in ("", ".*")
        ]
    ),
    package_data={
        "sage_active": ["*.graphql", "py.typed"],
        "source_sage_active": ["spec.json"],
        "destination_sage_active": ["spec.json", "metadata.yaml"],
        "sage_active_cli": ["*.html"],
    },
    # The lower bounds leave out every version that an advisory names.
    install_requires=[
        "airbyte-cdk==7.39.1",
        "click>=8.4,<9",
        "filelock>=4.2.1,<5",
        "graphql-core>=3.3.2,<4",
        "msgspec>=0.19,<1",
        "orjson>=3.11.6,<4",
        "pendulum>=3,<4",
        "pydantic>=2.13,<3",
        "requests>=2.33,<3",
        "rich>=14,<16",
        "rich-click>=1.9,<2",
        "urllib3>=2.8,<3",
    ],
    extras_require={
        "sandbox": [f"airbyte-sage-active-sandbox=={VERSION}"],
        "dbt": ["dbt-core>=1.12,<1.13", "dbt-duckdb>=1.11,<1.12"],
        "postgres": ["psycopg[binary]>=3.2,<4"],
        "tests": [
            "airbyte-connector-models==0.1.12",
            "duckdb>=1.1,<3",
            "hypothesis>=6.100,<7",
            "import-linter>=2.3,<3",
            "jsonschema>=4.17,<5",
            "mypy>=2,<3",
            "pexpect>=4.9,<5",
            "pyte>=0.8.2,<1",
            "pytest>=8.4,<10",
            "pytest-timeout>=2.4,<3",
            "pytest-xdist>=3.6,<4",
            "pyyaml>=6,<7",
            "requests-mock>=1.12,<2",
            "ruff==0.17.6",
            "sqlglot==30.30.0",
            "types-pexpect",
            "types-pyyaml",
            "types-requests",
        ],
    },
    entry_points={
        "console_scripts": [
            "source-sage-active=source_sage_active.run:run",
            "destination-sage-active=destination_sage_active.run:run",
            "sage-active=sage_active_cli.run:main",
        ]
    },
)
