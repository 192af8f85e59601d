using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Slack;

/// <summary>The app as it was installed in a workspace, or in a whole organization of Enterprise Grid.</summary>
/// <param name="Id">The workspace's id (<c>T…</c>), or the organization's (<c>E…</c>).</param>
/// <param name="Name">As Slack said it when it was installed.</param>
/// <param name="IsGrid">Whether one token is for all workspaces of an organization.</param>
/// <param name="Bot">The bot's own account there.</param>
/// <param name="App">The app's id, <c>A…</c>.</param>
/// <param name="Token">The bot's token, sealed: it is never kept or passed on in clear.</param>
/// <param name="By">The address of who installed it.</param>
public sealed record SlackInstall(string Id, string Name, bool IsGrid, string Bot, string App, ImmutableArray<string> Scopes, string Token, string By)
{
    /// <summary>In a few words, why nothing can be posted there any more; null while it can.</summary>
    [JsonIgnore]
    public string? Ended { get; init; }

    /// <summary>The name as people write it behind a channel's: small letters and digits, the rest dashes.</summary>
    [JsonIgnore]
    public string ShortName => ShortNameOf(Name);

    /// <summary>The same for any name; empty for one without a letter or digit.</summary>
    public static string ShortNameOf(string name) =>
        string.Join('-', new string([.. name.ToLowerInvariant().Select(letter => char.IsLetterOrDigit(letter) ? letter : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>Where the app is installed beside home: a fold over what happened to it.</summary>
public sealed record SlackInstallBook(long Version, ImmutableDictionary<string, SlackInstall> Installs)
{
    public static readonly StreamId Stream = new("slack-installs");

    public static readonly SlackInstallBook Empty = new(0, ImmutableDictionary<string, SlackInstall>.Empty);

    /// <summary>By name, those that ended too.</summary>
    public IEnumerable<SlackInstall> All => Installs.Values.OrderBy(one => one.Name, StringComparer.OrdinalIgnoreCase).ThenBy(one => one.Id, StringComparer.Ordinal);

    /// <summary>Those that can be posted to.</summary>
    public IEnumerable<SlackInstall> Live => All.Where(one => one.Ended is null);

    public SlackInstall? Find(string? id) => id is null ? null : Installs.GetValueOrDefault(id);

    public SlackInstallBook Evolve(SlackInstallEvent what) => this with
    {
        Version = Version + 1,
        Installs = what switch
        {
            SlackInstalled e => Installs.SetItem(e.Install.Id, e.Install),
            SlackUninstalled e => End(e.Id, "the app was uninstalled"),
            SlackRevoked e => End(e.Id, $"Slack takes its token no more ({e.Why})"),
            _ => throw new InvalidOperationException($"The book of installs does not know {what.GetType().Name}."),
        },
    };

    public static NewEvent Write(SlackInstallEvent what) => new(what switch
    {
        SlackInstalled => "slack-installed",
        SlackUninstalled => "slack-uninstalled",
        _ => "slack-revoked",
    }, JsonSerializer.Serialize(what, SlackInstallJson.Default.SlackInstallEvent));

    public static SlackInstallEvent Read(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, SlackInstallJson.Default.SlackInstallEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");

    private ImmutableDictionary<string, SlackInstall> End(string id, string why) => Find(id) is { } install ? Installs.SetItem(id, install with { Ended = why }) : Installs;
}

/// <summary>Something that happened to an install. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(SlackInstalled), "slack-installed")]
[JsonDerivedType(typeof(SlackUninstalled), "slack-uninstalled")]
[JsonDerivedType(typeof(SlackRevoked), "slack-revoked")]
public abstract record SlackInstallEvent;

/// <summary>It was installed, or installed again: the newest token holds.</summary>
/// <param name="Again">Whether it was there before, whatever became of it.</param>
public sealed record SlackInstalled(SlackInstall Install, bool Again = false) : SlackInstallEvent;

/// <param name="Name">What the workspace was called; null in what was kept before names were.</param>
public sealed record SlackUninstalled(string Id, string? Name = null) : SlackInstallEvent;

/// <param name="Why">Slack's own word: <c>token_revoked</c>, <c>account_inactive</c>.</param>
/// <param name="Name">As for <see cref="SlackUninstalled"/>.</param>
public sealed record SlackRevoked(string Id, string Why, string? Name = null) : SlackInstallEvent;

/// <summary>What outlives the process: where the app is installed, with its tokens.</summary>
public interface ISlackInstalls
{
    /// <summary>False where the settings let nobody install the app: there is home alone.</summary>
    bool On { get; }

    /// <exception cref="StoreUnavailableException">Where they were not read before.</exception>
    ValueTask<SlackInstallBook> NowAsync(CancellationToken cancellationToken);

    /// <summary>The token in clear; null when the keys that it was sealed with are gone.</summary>
    string? Unseal(SlackInstall install);

    /// <summary>Keeps that an install has ended; nothing happens where it has already, or was installed again since.</summary>
    Task EndAsync(SlackInstall install, SlackInstallEvent how, CancellationToken cancellationToken);
}

/// <summary>Home alone.</summary>
internal sealed class NoSlackInstalls : ISlackInstalls
{
    public bool On => false;

    public ValueTask<SlackInstallBook> NowAsync(CancellationToken cancellationToken) => ValueTask.FromResult(SlackInstallBook.Empty);

    public string? Unseal(SlackInstall install) => null;

    public Task EndAsync(SlackInstall install, SlackInstallEvent how, CancellationToken cancellationToken) => Task.CompletedTask;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SlackInstallEvent))]
internal sealed partial class SlackInstallJson : JsonSerializerContext;
