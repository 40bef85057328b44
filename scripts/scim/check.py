"""Runs scim2-tester, complete, against a server. Usage: check.py BASE_URL TOKEN_FILE"""

import sys
from collections import Counter
from pathlib import Path

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

base_url, token_file = sys.argv[1:3]
token = Path(token_file).read_text().strip()
client = SyncSCIMClient(
    Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
)
results = check_server(client)
for result in results:
    if result.status != Status.SUCCESS:
        print(f"{result.status.name} {result.resource_type or ''} {result.title}: {result.reason}")
counts = Counter(result.status.name for result in results)
print(f"scim2-tester: {len(results)} checks, " + ", ".join(f"{n} {name}" for name, n in sorted(counts.items())))
sys.exit(0 if results and set(counts) == {"SUCCESS"} else 1)
