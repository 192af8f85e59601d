using System.Text.Json.Serialization;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>What monitoring systems call: each verified in its own way over the raw body, kept, and answered at once. What follows is the worker's.</summary>
public static partial class WebhookEndpoints
{
    /// <summary>Larger messages are refused: ten thousand alerts take about half of it.</summary>
    private const int LongestBody = 12 << 20;

    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/webhooks/{name}", (HttpContext http, string name, IEnumerable<IAlertSource> sources) => HearAsync(http, sources.FirstOrDefault(one => one.Name == name))).ExcludeFromDescription().DisableAntiforgery();
        routes.MapPut("/webhooks/grafana", (HttpContext http, IEnumerable<IAlertSource> sources) => HearAsync(http, sources.FirstOrDefault(one => one.Name == "grafana"))).ExcludeFromDescription().DisableAntiforgery();
        routes.MapPost("/webhooks/generic/{name}", (HttpContext http, string name, Func<Configuration> configuration, IConfiguration settings) =>
            HearAsync(http, configuration().Alerts.Generic.FirstOrDefault(one => one.Name == name) is { } shape ? new OwnSource($"generic/{shape.Name}", settings[$"Webhooks:Generic:{shape.Name}:Token"], shape.Read) : null)).ExcludeFromDescription().DisableAntiforgery();
        routes.MapPost("/webhooks/changes/{name}", (HttpContext http, string name, Func<Configuration> configuration, IConfiguration settings) => HearAsync(http, ChangesOf(configuration(), settings, name))).ExcludeFromDescription().DisableAntiforgery();
    }

    /// <summary>Senders that tell of changes.</summary>
    private static OwnSource? ChangesOf(Configuration configuration, IConfiguration settings, string name) => configuration.Alerts.Changes.FirstOrDefault(one => one.Name == name) is { } shape
        ? new OwnSource($"changes/{shape.Name}", settings[$"Webhooks:Changes:{shape.Name}:Token"], shape.Read) : null;

    private static async Task<IResult> HearAsync(HttpContext http, IAlertSource? source)
    {
        var logger = http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(WebhookEndpoints).FullName!);
        if (source is null) return Results.NotFound();
        if (http.Request.ContentLength > LongestBody || await BodyAsync(http) is not { } body)
        {
            Log.TooLong(logger, source.Name, LongestBody);
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        }

        var alerts = http.RequestServices.GetRequiredService<AlertEngine>();
        var request = new WebhookRequest(name => http.Request.Headers[name] is { Count: 1 } only ? only[0] : null, body, alerts.Now);
        if (!source.Verify(request))
        {
            Log.Refused(logger, source.Name);
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        }

        switch (source.Read(request, http.RequestServices.GetRequiredService<Func<Configuration>>()().Alerts.Names))
        {
            case AlertReading.Taken taken:
                try
                {
                    var fresh = await alerts.TakeAsync(taken, http.RequestAborted);
                    return Json(new WebhookAnswer(fresh ? taken.Alerts.Length : 0, fresh ? null : "This delivery was taken before."), StatusCodes.Status202Accepted);
                }
                catch (StoreUnavailableException unavailable)
                {
                    // Senders try again on this.
                    Log.NotKept(logger, source.Name, unavailable.Message);
                    return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
                }

            case AlertReading.OfChange change:
                try
                {
                    var fresh = await http.RequestServices.GetRequiredService<ChangeLog>().TakeAsync(change.Changes, change.Key, http.RequestAborted);
                    return Json(new WebhookAnswer(fresh ? change.Changes.Length : 0, fresh ? null : "This delivery was taken before."), StatusCodes.Status202Accepted);
                }
                catch (StoreUnavailableException unavailable)
                {
                    Log.NotKept(logger, source.Name, unavailable.Message);
                    return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
                }

            case AlertReading.OfPage page:
                try
                {
                    await http.RequestServices.GetRequiredService<PageEngine>().TellAsync(page.Subject, page.What, page.Key, null, http.RequestAborted);
                    return Json(new WebhookAnswer(0, "It is about a page."), StatusCodes.Status202Accepted);
                }
                catch (StoreUnavailableException unavailable)
                {
                    Log.NotKept(logger, source.Name, unavailable.Message);
                    return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
                }

            case AlertReading.Nothing nothing:
                return Json(new WebhookAnswer(0, nothing.Why), StatusCodes.Status200OK);
            case AlertReading.Unreadable { Again: true } half:
                Log.Unreadable(logger, source.Name, half.Why);
                return Json(new WebhookAnswer(0, half.Why), StatusCodes.Status400BadRequest);
            case AlertReading.Unreadable unreadable:
                // Answered as taken: refused, it would come back for ever, or the sender would give up on the bot.
                Log.Unreadable(logger, source.Name, unreadable.Why);
                return Json(new WebhookAnswer(0, unreadable.Why), StatusCodes.Status202Accepted);
            default:
                throw new InvalidOperationException("What is read is one of five.");
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> BodyAsync(HttpContext http)
    {
        // One byte more than was announced, so that the end is seen without growing.
        var kept = new byte[(int)(http.Request.ContentLength ?? 16_383) + 1];
        var length = 0;
        int read;
        while ((read = await http.Request.Body.ReadAsync(kept.AsMemory(length), http.RequestAborted)) > 0)
        {
            length += read;
            if (length > LongestBody) return null;
            if (length == kept.Length) Array.Resize(ref kept, Math.Min(2 * length, LongestBody + 1));
        }

        return kept.AsMemory(0, length);
    }

    private static IResult Json(WebhookAnswer answer, int status) => Results.Json(answer, WebhookJson.Default.WebhookAnswer, statusCode: status);

    /// <summary>A sender of one's own: a bearer token or the password of basic authentication tells that it is.</summary>
    private sealed class OwnSource(string name, string? token, Func<WebhookRequest, AlertNames, AlertReading> read) : IAlertSource
    {
        public string Name => name;

        public bool Verify(WebhookRequest request) => Signatures.IsAuthorized(token, request.Header("Authorization"));

        public AlertReading Read(WebhookRequest request, AlertNames names) => read(request, names);
    }

    private static partial class Log
    {
        [LoggerMessage(280, LogLevel.Warning, "Refused a webhook that was not verifiably from {Source}")]
        public static partial void Refused(ILogger logger, string source);

        [LoggerMessage(281, LogLevel.Warning, "Refused a webhook of {Source} that is longer than {Most} bytes")]
        public static partial void TooLong(ILogger logger, string source, int most);

        [LoggerMessage(282, LogLevel.Warning, "A webhook of {Source} could not be read: {Why}")]
        public static partial void Unreadable(ILogger logger, string source, string why);

        [LoggerMessage(283, LogLevel.Error, "A webhook of {Source} could not be kept; it is asked for again: {Why}")]
        public static partial void NotKept(ILogger logger, string source, string why);
    }
}

/// <param name="Taken">How many alerts, or changes.</param>
internal sealed record WebhookAnswer(int Taken, string? Says);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WebhookAnswer))]
internal sealed partial class WebhookJson : JsonSerializerContext;
