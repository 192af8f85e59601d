using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>A command, as it would be typed.</summary>
/// <param name="Delivery">The caller's own name for this request: sent again with the same one, nothing is done twice.</param>
/// <param name="As">In the demo: the persona's address.</param>
internal sealed record ApiCommand(string Text, string? Delivery = null, string? As = null);

/// <summary>A click on a card's button.</summary>
/// <param name="Action">As the card's JSON has it.</param>
internal sealed record ApiClick(string Action, string? Reason = null, string? Delivery = null, string? As = null);

/// <summary>A signal for a step that waits for one.</summary>
/// <param name="Text">A few words that are kept with it.</param>
internal sealed record ApiSignal(string? Text = null, string? Delivery = null, string? As = null);

/// <summary>What is answered.</summary>
/// <param name="Card">Null when there is nothing to say beyond the run's own card.</param>
/// <param name="Form">What is to be asked, where answers would mend the refusal: say the form's command again, of <c>run</c> with <c>name=value</c> for each field, of others with the answers as its usage writes them.</param>
internal sealed record ApiReply(Card? Card, long? Run, Refusal? Refusal, Form? Form = null);

internal sealed record ApiRun(RunRow Row, Card Card, ImmutableArray<TimelineLine> Timeline, Card Plan);

internal sealed record ApiProblem(string Problem);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiSignal))]
[JsonSerializable(typeof(ApiCommand))]
[JsonSerializable(typeof(ApiClick))]
[JsonSerializable(typeof(ApiReply))]
[JsonSerializable(typeof(ApiRun))]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(ImmutableArray<RunRow>))]
[JsonSerializable(typeof(ImmutableArray<BoardLine>))]
internal sealed partial class ApiJson : JsonSerializerContext;
