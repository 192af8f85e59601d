using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatOps.Bot.Web;

/// <summary>One element of a page, freshly rendered: what a page's script puts in place of the one it has.</summary>
/// <param name="Id">The element's id.</param>
/// <param name="Html">Empty when it is gone.</param>
/// <param name="Into">The list that it joins, by its <c>data-at</c>, where the page does not have it yet; null = it is only changed where it is.</param>
/// <param name="After">The element that it joins after, where there is one.</param>
internal sealed record Patch(string Id, string Html, string? Into = null, string? After = null);

/// <summary>What came of a form that a script sent.</summary>
/// <param name="Go">A page that shows what came of it, for pages that can't.</param>
/// <param name="Look">The element to bring into view.</param>
internal sealed record Told(ImmutableArray<Patch> Patches, string? Go = null, string? Look = null);

/// <summary>Words for the composer's suggestions.</summary>
internal sealed record Hints(ImmutableArray<CommandHint> Commands, ImmutableArray<ServiceHint> Services, ImmutableArray<long> Runs);

internal sealed record CommandHint(string Name, string Usage, string What, ImmutableArray<string> Options);

internal sealed record ServiceHint(string Name, ImmutableArray<string> Environments, ImmutableArray<string> Versions);

[JsonSerializable(typeof(Patch))]
[JsonSerializable(typeof(Told))]
[JsonSerializable(typeof(Hints))]
internal sealed partial class PageJson : JsonSerializerContext
{
    /// <summary>Sent as JSON, never inside a page: markup need not be escaped a second time.</summary>
    public static PageJson Plain { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });
}
