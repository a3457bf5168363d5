"""A worker as it starts: what no test has imported for it, it has not."""

import subprocess
import sys

ALONE = """
from workers.main import app
from sqlalchemy.orm import configure_mappers
from portal.kernel.base import Base
app.loader.import_default_modules()
configure_mappers()
print(len(Base.metadata.sorted_tables))
"""


def test_a_worker_knows_every_table_that_its_rows_point_to():
    """Else the first message that it would change ends in NoReferencedTableError, and no mail leaves."""
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 50
