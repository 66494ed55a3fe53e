"""hdfs-native in a process that stays: started by hdfs_clients.py.

Usage: hdfs_native_client.py URL
       reads requests, `write REPLICATION FOLDER FILE...` or `read - - PATH...`, one a line, does all
       files of one at the same time, and answers with its CPU and wall seconds
"""

import concurrent.futures
import os
import resource
import sys
import time

from hdfs_native import Client, WriteOptions

PIECE = 1 << 20


def write(client, folder, source, replication):
    with open(source, "rb") as file, client.create(
            f"{folder}/{os.path.basename(source)}", WriteOptions(replication=replication)) as out:
        while piece := file.read(PIECE):
            out.write(piece)


def read(client, path):
    file = client.read(path)
    for _ in file.read_range_stream(0, len(file)):  # its fastest way
        pass


def main(url):
    client = Client(url)
    for line in sys.stdin:
        operation, replication, folder, *files = line.split()
        before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(len(files)) as pool:
            for future in [pool.submit(write, client, folder, file, int(replication))
                           if operation == "write" else pool.submit(read, client, file)
                           for file in files]:
                future.result()
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
        print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
