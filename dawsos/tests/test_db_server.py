"""The embedded server's promises, kept by real processes and real signals."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dawsos.db import locks, process, server
from dawsos.db.exceptions import ServerNotStarted
from dawsos.db.places import Cluster, data_home
from dawsos.db.places import cluster as cluster_of

PROJECT = Path(__file__).resolve().parents[2]

# A client says when the server it uses was started, then stays until its input ends.
CLIENT = """
import sys
from pathlib import Path
from dawsos.db import server
from dawsos.db.places import Cluster
cluster = Cluster(Path(sys.argv[1]), "pg")
with server.connect(cluster, user="dawsos_owner", dbname="dawsos") as connection:
    if len(sys.argv) > 2:
        connection.execute(sys.argv[2])
    print(connection.execute("SELECT pg_postmaster_start_time()").fetchone()[0], flush=True)
sys.stdin.read()
"""


def client(home: Path, statement: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(home), *([statement] if statement else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        start_new_session=True,
    )


def started_at(running: "subprocess.Popen[str]") -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def test_six_processes_racing_on_an_empty_directory_share_one_server(cluster):
    racers = [client(cluster.home) for _ in range(6)]
    starts = {started_at(racer) for racer in racers}
    assert len(starts) == 1
    assert "" not in starts
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.close()  # all six leave together
    for racer in racers:
        racer.wait(timeout=20)
        racer.stdin = None  # closed already; the rest is read to its end
        _, complaints = racer.communicate()
        assert complaints == ""
    assert process.postmaster(cluster) is None


def test_a_killed_client_is_counted_out_and_loses_nothing_committed(cluster):
    victim = client(cluster.home, "CREATE TABLE kept AS SELECT 7 AS number")
    first_start = started_at(victim)
    victim.kill()
    victim.communicate()
    assert process.postmaster(cluster) is not None  # nobody was left to stop it
    heir = client(cluster.home, "INSERT INTO kept SELECT number + 1 FROM kept")
    assert started_at(heir) == first_start
    heir.communicate()
    assert process.postmaster(cluster) is None  # the heir was the last one out


def test_a_killed_server_comes_back_with_its_data(cluster):
    with server.connect(cluster, user="dawsos_owner", dbname="dawsos") as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 100) AS number")
    pid = process.postmaster(cluster)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with server.connect(cluster, user="dawsos_owner", dbname="dawsos") as connection:
        # 1 + 2 + … + 100 = 100 * 101 / 2
        assert connection.execute("SELECT sum(number) FROM kept").fetchone() == (5050,)
    assert process.postmaster(cluster) != pid


def test_ctrl_c_leaves_no_process(cluster):
    running = client(cluster.home)
    started_at(running)
    os.killpg(running.pid, signal.SIGINT)
    running.communicate()
    assert process.postmaster(cluster) is None


def test_a_strangers_number_in_the_pid_file_does_not_stop_the_start(cluster):
    server.ensure(cluster)
    server.stop(cluster)
    stranger = subprocess.Popen(["sleep", "60"])
    (cluster.directory / "postmaster.pid").write_text(f"{stranger.pid}\n{cluster.directory}\n")
    server.ensure(cluster)
    assert server.answers(cluster)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_zombie_is_not_alive():
    child = subprocess.Popen(["true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet buried
    assert not process.is_alive(child.pid)
    child.wait()


def test_a_fork_is_not_counted_with_its_parent(cluster):
    locks.hold(cluster)
    child = os.fork()
    if child == 0:
        os._exit(3 if not locks.is_held(cluster) else 4)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    assert locks.is_held(cluster)


def test_long_paths_with_spaces_and_commas_have_a_short_socket(home):
    long = Cluster(home / ("a, folder with spaces " * 4) / "x", "pg", durable=False)
    long.home.mkdir(parents=True)
    assert long.socket_directory.parent == Path("/tmp")
    server.ensure(long)
    assert server.answers(long)
    assert stat.S_IMODE(long.socket_directory.stat().st_mode) == 0o700
    server.leave(long)
    assert process.postmaster(long) is None
    long.socket_directory.rmdir()


def test_a_socket_folder_that_others_prepared_is_refused(home):
    long = Cluster(home / ("x" * 90), "pg", durable=False)
    long.home.mkdir()
    long.socket_directory.mkdir()
    long.socket_directory.chmod(0o777)
    with pytest.raises(ServerNotStarted, match="open to others"):
        server.ensure(long)
    server.leave(long)
    long.socket_directory.rmdir()


def test_the_cluster_is_closed_to_others_and_opens_no_port(cluster):
    with server.connect(cluster, user="dawsos_app", dbname="dawsos") as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert stat.S_IMODE(cluster.directory.stat().st_mode) == 0o700


def test_a_half_made_cluster_is_made_again(cluster):
    (cluster.home / "pg.new").mkdir()
    (cluster.home / "pg.new" / "PG_VERSION").write_text("18")
    server.ensure(cluster)
    assert not (cluster.home / "pg.new").exists()


def test_a_kept_server_outlives_its_users(cluster):
    server.ensure(cluster)
    cluster.keep_mark.touch()
    server.leave(cluster)
    assert server.answers(cluster)


def test_a_home_that_cannot_be_written_is_answered_with_the_remedy(home):
    blocked = home / "file"
    blocked.write_text("not a folder")
    with pytest.raises(ServerNotStarted, match="set DAWSOS_DATA_DIR"):
        server.ensure(Cluster(blocked, "pg"))


def test_where_the_data_lives():
    assert data_home({"DAWSOS_DATA_DIR": "/srv/dawsos"}) == Path("/srv/dawsos")
    assert cluster_of("main", {"DAWSOS_DATA_DIR": "/d"}).directory == Path("/d/pg18")
    assert cluster_of("test", {"DAWSOS_DATA_DIR": "/d"}).directory == Path("/d/pg18-test")
    assert not cluster_of("test", {}).durable
