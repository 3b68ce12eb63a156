"""The Airbyte source and destination for Sage Active, what they share, and the sandbox."""

from setuptools import find_packages, setup

setup(
    name="airbyte-sage-active",
    version="0.2.0",
    description="Airbyte source and destination for Sage Active, directly or through Maesn, with a local stand-in",
    license="MIT",
    python_requires=">=3.11,<3.14",
    packages=find_packages(
        include=["sage_active*", "source_sage_active*", "destination_sage_active*", "sage_active_sandbox*"]
    ),
    package_data={
        "sage_active": ["*.graphql", "py.typed"],
        "source_sage_active": ["spec.json"],
        "destination_sage_active": ["spec.json", "metadata.yaml"],
        "sage_active_cli": ["*.html"],
    },
    install_requires=[
        "airbyte-cdk==7.39.1",
        "click>=8.4,<9",
        "filelock>=3.16,<4",
        "graphql-core>=3.3,<4",
        "msgspec>=0.19,<1",
        "orjson>=3.10,<4",
        "pendulum>=3,<4",
        "pydantic>=2.7,<3",
        "requests>=2.32,<3",
        "rich>=14,<16",
        "rich-click>=1.9,<2",
        "urllib3>=2.6.3,<3",
    ],
    extras_require={
        "sandbox": ["graphql-core>=3.3,<4", "msgspec>=0.19,<1"],
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
            "sage-active-sandbox=sage_active_sandbox.run:main",
        ]
    },
)
