#!/usr/bin/env bash
# Runs every test. On Debian it installs what the tests use (PostgreSQL, Chromium, Prometheus, Alertmanager, SQLite); where it can't, it says what was skipped.
# What each test took stands in artifacts/tests afterwards. CHATOPS_FUZZ=1000000 tries each parser that often with broken input. Needs: the .NET 10 SDK. Usage: tests/run.sh [PROJECT…], e.g. tests/run.sh Runbooks
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

missing=()
command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core fonts-noto-color-emoji)
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing+=(postgresql)
command -v prometheus >/dev/null || missing+=(prometheus)
{ command -v prometheus-alertmanager || command -v alertmanager; } >/dev/null || missing+=(prometheus-alertmanager)
compgen -G "/usr/lib/*/libsqlite3.so.0" >/dev/null || missing+=(libsqlite3-0)
if [ ${#missing[@]} -gt 0 ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing: ${missing[*]}"
    (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}") >/tmp/chatops-apt.log 2>&1 \
      || { echo "Could not install ${missing[*]} (see /tmp/chatops-apt.log): the tests that need them are skipped and say so."; }
  else
    echo "Not installed, and not root on Debian: ${missing[*]}. The tests that need them are skipped and say so."
  fi
fi

# Teams' renderer and protocol without Teams, and GitHub's own examples of its webhooks: twenty megabytes that are not ours to keep.
packages=(@microsoft/m365agentsplayground@0.2.28 @octokit/webhooks-examples@7.6.1)
if [ ! -d artifacts/npm/node_modules/@microsoft/m365agentsplayground ] || [ ! -d artifacts/npm/node_modules/@octokit/webhooks-examples ]; then
  if command -v npm >/dev/null; then
    mkdir -p artifacts/npm
    npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts --prefix artifacts/npm "${packages[@]}" >/tmp/chatops-npm.log 2>&1 \
      || echo "Could not install ${packages[*]} (see /tmp/chatops-npm.log): the tests that need them are skipped and say so."
  else
    echo "There is no npm: the tests that need ${packages[*]} are skipped and say so."
  fi
fi

echo "Building"
dotnet build ChatOps.sln -c Release --nologo -v quiet -clp:ErrorsOnly || { echo "0 passed, 1 failed"; exit 1; }

projects=("$@")
[ ${#projects[@]} -gt 0 ] || projects=(Runbooks Integrations Bot)
passed=0 failed=0 skipped=0
logs=$(mktemp -d)
results=artifacts/tests
mkdir -p "$results"
for project in "${projects[@]}"; do
  log="$logs/$project"
  # Tests of whole processes wait more than they work.
  threads=(); [ "$project" != Bot ] || threads=(-maxThreads 4)
  dotnet "tests/$project.Tests/bin/Release/net10.0/ChatOps.$project.Tests.dll" -noLogo -noColor "${threads[@]}" -xml "$results/$project.xml" >"$log" 2>&1
  line=$(grep -aE 'Total: [0-9]+' "$log" | tail -n 1)
  echo "$project: ${line:-did not finish}"
  total=$(sed -nE 's/.*Total: ([0-9]+).*/\1/p' <<<"$line"); errors=$(sed -nE 's/.*Errors: ([0-9]+).*/\1/p' <<<"$line")
  wrong=$(sed -nE 's/.*Failed: ([0-9]+).*/\1/p' <<<"$line"); left=$(sed -nE 's/.*Skipped: ([0-9]+).*/\1/p' <<<"$line")
  if [ -z "$total" ]; then failed=$((failed + 1)); tail -n 30 "$log"; continue; fi
  # What failed, with its message and without the frames; then the names alone, so that the end of a long log still says them.
  grep -aE -A 14 '\[FAIL\]' "$log" | grep -avE '^ *(at |--$)' | cut -c 1-400
  grep -aE '\[SKIP\]' "$log"
  wrong=$((wrong + errors))
  passed=$((passed + total - wrong - left)); failed=$((failed + wrong)); skipped=$((skipped + left))
done

grep -ahE '\[FAIL\]' "$logs"/* | sed -E 's/^ +/failed: /'
[ "$skipped" -eq 0 ] || echo "$skipped skipped"
rm -rf "$logs"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
