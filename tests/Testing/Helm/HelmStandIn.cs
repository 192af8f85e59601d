namespace ChatOps.Testing.Helm;

/// <summary>A program that is called as <c>helm</c> is, keeps one release's history, and writes what Helm 3 writes. It is no Helm: it proves only how the bot calls one.</summary>
/// <remarks>What it does next is told by files beside it: <see cref="Fail"/>, <see cref="Hang"/>.</remarks>
public sealed class HelmStandIn : IDisposable
{
    private const string Script = """
        #!/bin/sh
        d=$(dirname "$0"); printf '%s\n' "$*" >> "$d/calls"
        add() {
          if [ "$1" = deployed ] && [ -f "$d/history" ]; then sed 's/"status":"deployed"/"status":"superseded"/;s/"status":"pending-upgrade"/"status":"superseded"/' "$d/history" > "$d/h" && mv "$d/h" "$d/history"; fi
          rev=$(( $(cat "$d/history" 2>/dev/null | wc -l) + 1 ))
          printf '{"revision":%d,"updated":"%s","status":"%s","chart":"%s","app_version":"1.0","description":"%s"}\n' "$rev" "$(date -u +%Y-%m-%dT%H:%M:%S.123456789Z)" "$1" "$2" "$3" >> "$d/history"
        }
        verb=$1; release=$2; chart=$3; version=0.0.0; description="Upgrade complete"
        while [ $# -gt 0 ]; do
          case $1 in --version) version=$2;; --description) description=$2;; esac
          shift
        done
        case $verb in
        history)
          [ -s "$d/history" ] || { echo 'Error: release: not found' >&2; exit 1; }
          printf '['; paste -sd, "$d/history" | tr -d '\n'; printf ']\n';;
        upgrade)
          cat > "$d/values"
          if tail -n1 "$d/history" 2>/dev/null | grep -q pending-; then echo 'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress' >&2; exit 1; fi
          echo 'upgrade.go:142: [debug] preparing upgrade for '"$release" >&2
          echo 'wait.go:48: [debug] beginning wait for 3 resources with timeout of 5m0s' >&2
          echo "ready.go:303: [debug] Deployment is not ready: prod/$release. 1 out of 3 expected pods are ready" >&2
          if [ -f "$d/hang" ]; then add pending-upgrade "$(basename "$chart")-$version" "Preparing upgrade"; sleep 600 & echo $! > "$d/child"; wait; fi
          if [ -f "$d/fail" ]; then
            add failed "$(basename "$chart")-$version" "Upgrade \\\"$release\\\" failed: timed out waiting for the condition"
            printf 'Error: UPGRADE FAILED: timed out waiting for the condition\nhelm.go:84: [debug] timed out waiting for the condition\nUPGRADE FAILED\n' >&2; exit 1
          fi
          add deployed "$(basename "$chart")-$version" "$description"
          printf 'Release "%s" has been upgraded. Happy Helming!\n' "$release";;
        rollback)
          add deployed "$(sed -n "${chart}p" "$d/history" | sed 's/.*"chart":"\([^"]*\)".*/\1/')" "Rollback to $chart"
          echo 'Rollback was a success! Happy Helming!';;
        uninstall)
          rm -f "$d/history"; printf 'release "%s" uninstalled\n' "$release";;
        *) printf 'Error: unknown command "%s" for "helm"\n' "$verb" >&2; exit 1;;
        esac
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("chatops-helm-").FullName;

    public HelmStandIn()
    {
        Program = Path.Combine(folder, "helm");
        File.WriteAllText(Program, Script.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Program { get; }

    /// <summary>The next upgrades fail.</summary>
    public bool Fail
    {
        set => Tell("fail", value);
    }

    /// <summary>The next upgrades never end, and leave the release pending.</summary>
    public bool Hang
    {
        set => Tell("hang", value);
    }

    public IReadOnlyList<string> Calls => Lines("calls");

    public int Upgrades => Calls.Count(call => call.StartsWith("upgrade ", StringComparison.Ordinal));

    public IReadOnlyList<string> History => Lines("history");

    public string Values => File.ReadAllText(Path.Combine(folder, "values"));

    /// <summary>The process that a hanging upgrade started; null while there is none.</summary>
    public int? Child => Lines("child") is [var id] ? int.Parse(id, System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>Puts a revision there as somebody else would have.</summary>
    public void Add(string status, string description, DateTimeOffset at) => File.AppendAllText(
        Path.Combine(folder, "history"), $$"""{"revision":{{History.Count + 1}},"updated":"{{at:O}}","status":"{{status}}","chart":"shop-1.0.0","app_version":"1.0","description":"{{description}}"}""" + "\n");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string[] Lines(string name) => File.Exists(Path.Combine(folder, name)) ? File.ReadAllLines(Path.Combine(folder, name)) : [];

    private void Tell(string name, bool so)
    {
        if (so) File.WriteAllText(Path.Combine(folder, name), "");
        else File.Delete(Path.Combine(folder, name));
    }
}
