"""HDFS clusters for the shell.

python -m testing.cluster start --datanodes 4 --dir /tmp/x   start, print URL and settings' folder
python -m testing.cluster kill dn2 --dir /tmp/x              any of the calls below, on a running one
python -m testing.cluster oracle cat /x --dir /tmp/x         a method of Oracle
python -m testing.cluster proxy nn1 drop_reply create        a method of Faults or Proxy
python -m testing.cluster stop --dir /tmp/x                  end it; nothing of it remains
python -m testing.cluster play                               start, print, wait for Ctrl-C, end
"""

import argparse
import json
import pathlib
import signal
import sys

from . import server
from .cluster import Cluster


def setting(text):
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"expected KEY=VALUE, got '{text}'")
    return key, value


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m testing.cluster", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"calls: {', '.join(server.CALLS)}")
    parser.add_argument("verb", help="start, play, stop, or a call", metavar="VERB")
    parser.add_argument("arguments", nargs="*", metavar="ARGUMENT", help="of a call")
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path("/tmp/howdah-cluster"),
                        help="the cluster's folder, which start makes (%(default)s)")
    parser.add_argument("--namenodes", type=int, default=1, choices=(1, 2))
    parser.add_argument("--datanodes", type=int, default=3)
    parser.add_argument("--journalnodes", type=int, default=0)
    parser.add_argument("--conf", type=setting, action="append", default=[], metavar="KEY=VALUE",
                        help="a Hadoop setting for all daemons and for clients; may be repeated")
    parser.add_argument("--jit", choices=("quick", "best"), default="quick")
    parser.add_argument("--proxied", default="", metavar="NN1,DN1,...",
                        help="the daemons that clients reach through a proxy")
    parser.add_argument("--disk-bytes", type=int, help="of each DataNode, a RAM disk; needs root")
    return parser.parse_args(arguments)


def value(text):
    """An argument of a call: JSON where it is that, else the word itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def show(folder):
    site = (folder / "conf" / "core-site.xml").read_text()
    url = site.partition("fs.defaultFS</name><value>")[2].partition("<")[0]
    print(f"url   {url}/")
    print(f"conf  {folder / 'conf'}")
    print(f"logs  {folder / 'logs'}")


def make(options):
    return Cluster(namenodes=options.namenodes, datanodes=options.datanodes,
                   journalnodes=options.journalnodes, conf=dict(options.conf), folder=options.dir,
                   jit=options.jit, disk_bytes=options.disk_bytes,
                   proxied=tuple(filter(None, options.proxied.split(","))))


def play(options):
    with make(options):
        show(options.dir)
        print("Ctrl-C ends it. In another shell, for example:\n"
              f"  export HADOOP_CONF_DIR={options.dir / 'conf'}\n"
              f"  {sys.executable} -m testing.cluster --dir {options.dir} kill dn1", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


def main():
    options = parse(sys.argv[1:])
    options.dir = options.dir.absolute()
    if options.verb == "start":
        server.start_in_background([*sys.argv[1:], f"--dir={options.dir}"])
        show(options.dir)
    elif options.verb == "serve":
        server.serve(make(options).start())
    elif options.verb == "play":
        play(options)
    elif options.verb == "stop" and not options.arguments:
        server.call(options.dir, "end")
    else:
        result = server.call(options.dir, options.verb, *map(value, options.arguments))
        if result is not None:
            print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
