"""The shortcuts that the commands take when they import the CDK: what breaks when the CDK moves."""

import subprocess
import sys
from importlib.metadata import version

import pytest

pytestmark = pytest.mark.slow

PINNED = "7.39.1"
UNUSED = "airbyte_cdk.sources.declarative"
LEAN = """
import sys
from sage_active.runtime import lean_import
def load():
    import source_sage_active.launch
lean_import.imported(load)
"""


def run(program: str) -> str:
    """What a program prints in an interpreter of its own."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_cdk_is_the_one_that_the_shortcuts_were_made_for() -> None:
    assert version("airbyte-cdk") == PINNED


def test_the_declarative_framework_is_not_imported() -> None:
    program = f"import source_sage_active.launch, sys; print(any(name.startswith({UNUSED!r}) for name in sys.modules))"
    assert run(LEAN + program) == "False", "the commands import again what they do not use"
    assert run(program) == "True", "the CDK no longer imports everything: lean_import.py is no longer needed"


def test_who_asks_for_the_declarative_framework_afterwards_gets_the_real_one() -> None:
    program = """
from importlib import import_module
for module, name in lean_import.COMPARED_ONLY.items():
    assert getattr(import_module(module), name).mro()[1] is not object, module
"""
    assert run(LEAN + program) == ""


def test_the_whole_package_is_there_for_who_asks() -> None:
    lean = "from sage_active.runtime import lean_import; lean_import.prepare(); lean_import.prepare(); "
    names = "import airbyte_cdk; print(airbyte_cdk.AbstractSource.__name__, airbyte_cdk.__version__)"
    usual = run(names)
    assert run(lean + names) == usual
    assert run(lean + "import source_sage_active.launch; " + names) == usual


@pytest.mark.parametrize("name", ["Nonsense", "__nonsense__"])
def test_names_that_the_package_does_not_have_are_errors(name: str) -> None:
    lean = "from sage_active.runtime import lean_import; lean_import.prepare(); import airbyte_cdk; "
    assert run(lean + f"print(hasattr(airbyte_cdk, {name!r}))") == "False"


def test_messages_are_serialised_the_same() -> None:
    program = (
        "from airbyte_cdk.models import *; state = AirbyteStateMessage(type=AirbyteStateType.STREAM, "
        "stream=AirbyteStreamState(stream_descriptor=StreamDescriptor(name='a'), "
        "stream_state=AirbyteStateBlob({'x': None}))); "
        "messages = [AirbyteMessage(type=Type.STATE, state=state), AirbyteMessage(type=Type.LOG, "
        "log=AirbyteLogMessage(level=Level.INFO, message='m'))]; "
        "print([AirbyteMessageSerializer.dump(each) for each in messages])"
    )
    lean = "from sage_active.runtime import lean_import; lean_import.prepare(); "
    assert run(lean + program) == run(program)


def test_docstrings_are_read_again_afterwards() -> None:
    lean = "from sage_active.runtime import lean_import; lean_import.prepare(); "
    assert (
        run(lean + "import attributes_doc; print(attributes_doc.get_attributes_doc.__module__)")
        != "sage_active.runtime.lean_import"
    )


# A CDK whose messages can only be imported when the package itself was.
MOVED = """
import sys
class Moved:
    def find_spec(self, name, path, target=None):
        if name == "airbyte_cdk.models" and "__getattr__" in vars(sys.modules["airbyte_cdk"]):
            raise ImportError("the package comes first")
sys.meta_path.insert(0, Moved())
from sage_active.runtime import lean_import
def load():
    import source_sage_active.launch
    return source_sage_active.launch.launch
"""


def test_where_the_cdk_has_moved_it_is_imported_as_it_is() -> None:
    program = MOVED + f"print(lean_import.imported(load).__name__, {UNUSED!r} in sys.modules)"
    assert run(program) == "launch True"
    assert run(MOVED + "try:\n lean_import.prepare()\nexcept ImportError as error:\n print(error)").startswith(
        "the package"
    )


def test_what_the_plain_import_raises_is_raised() -> None:
    program = (
        "from sage_active.runtime import lean_import\n"
        "try:\n lean_import.imported(lambda: __import__('nothing_like_it'))\n"
        "except ImportError as error:\n print(error.name)"
    )
    assert run(program) == "nothing_like_it"
