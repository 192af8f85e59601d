using System.Security.Cryptography;
using System.Text;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Web;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>The JSON API: the same commands and cards as everywhere, for the command line and for scripts.</summary>
internal static class ApiEndpoints
{
    private const int LongestBody = 64 * 1024;

    /// <summary>Shorter ones could be guessed.</summary>
    private const int ShortestToken = 32;

    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1").OnLoopbackOnly().WithTags("Commands and runs");
        api.MapPost("/commands", CommandAsync).WithMetadata(new RequestSizeLimit(LongestBody)).WithSummary("Say a command").WithDescription("Understood as in chat. A refusal is an answer too: its code is one of docs/refusals.md.");
        api.MapPost("/clicks", ClickAsync).WithMetadata(new RequestSizeLimit(LongestBody)).WithSummary("Click a button of a card");
        api.MapGet("/runs", async (Readings readings, HttpContext http, string? service, string? environment, bool? open) =>
            Json(await readings.RunsAsync(new RunQuery(service, environment, open, AtMost: 100), http.RequestAborted), ApiJson.Default.ImmutableArrayRunRow)).WithSummary("List runs, newest first");
        api.MapGet("/runs/{id}", async (Readings readings, HttpContext http, string id) =>
            RunId.TryParse(id, out var run) && await readings.RunAsync(run, http.RequestAborted) is { } page
                ? Json(new ApiRun(page.Row, page.Card, page.Timeline, page.Plan), ApiJson.Default.ApiRun)
                : Json(new ApiProblem($"There is no run {Spoken.Quote(id)}."), ApiJson.Default.ApiProblem, StatusCodes.Status404NotFound)).WithSummary("A run: its card, plan and history");
        api.MapPost("/runs/{id}/signals/{name}", SignalAsync).WithMetadata(new RequestSizeLimit(LongestBody)).WithSummary("Give a run the signal that a step waits for");
        api.MapGet("/services", async (Readings readings, HttpContext http) =>
            Json((await readings.BoardAsync(http.RequestAborted)).Lines, ApiJson.Default.ImmutableArrayBoardLine)).WithSummary("What is live where");
    }

    private static async Task<IResult> CommandAsync(HttpContext http, Desk desk, Callers callers, IConfiguration settings)
    {
        var (body, problem) = await ReadAsync(http, ApiJson.Default.ApiCommand);
        if (body is null) return problem!;
        if (await CallerAsync(http, callers, settings, body.As) is not { } caller) return Results.StatusCode(StatusCodes.Status401Unauthorized);
        var reply = await desk.HearAsync(new Speaker(caller, null), body.Text, Delivery(caller, body.Delivery), http.RequestAborted);
        return Json(new ApiReply(reply.Card, reply.Run?.Number, reply.Refusal, reply.Form), ApiJson.Default.ApiReply);
    }

    private static async Task<IResult> ClickAsync(HttpContext http, Desk desk, Callers callers, IConfiguration settings)
    {
        var (body, problem) = await ReadAsync(http, ApiJson.Default.ApiClick);
        if (body is null) return problem!;
        if (CardAction.Parse(body.Action) is not { } action) return Bad("This is not an action of a card.");
        if (await CallerAsync(http, callers, settings, body.As) is not { } caller) return Results.StatusCode(StatusCodes.Status401Unauthorized);
        var reply = await desk.ClickAsync(new Speaker(caller, null), action, body.Reason, Delivery(caller, body.Delivery), http.RequestAborted);
        return Json(new ApiReply(reply.Card, reply.Run?.Number, reply.Refusal), ApiJson.Default.ApiReply);
    }

    private static async Task<IResult> SignalAsync(HttpContext http, RunEngine engine, Callers callers, IConfiguration settings, string id, string name)
    {
        var (body, problem) = await ReadAsync(http, ApiJson.Default.ApiSignal);
        if (body is null) return problem!;
        if (await CallerAsync(http, callers, settings, body.As) is not { } caller) return Results.StatusCode(StatusCodes.Status401Unauthorized);
        if (AccessRules.ReadOnly(caller) is { } unknown) return Json(new ApiReply(null, null, unknown), ApiJson.Default.ApiReply);
        if (!RunId.TryParse(id, out var run)) return Bad($"There is no run {Spoken.Quote(id)}.");
        var told = await engine.TellAsync(run, new RunCommand.Signal(name, body.Text), Delivery(caller, body.Delivery), null, http.RequestAborted);
        return Json(new ApiReply(null, run.Number, told.Refusal), ApiJson.Default.ApiReply);
    }

    private static async Task<(T? Body, IResult? Problem)> ReadAsync<T>(HttpContext http, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        if (http.Request.ContentLength is > LongestBody) return (null, Results.StatusCode(StatusCodes.Status413PayloadTooLarge));
        try
        {
            return await http.Request.ReadFromJsonAsync(type, http.RequestAborted) is { } body ? (body, null) : (null, Bad("The body is empty."));
        }
        catch (Exception fault) when (fault is System.Text.Json.JsonException or InvalidOperationException)
        {
            return (null, Bad("The body is not the JSON that is described at /openapi/v1.json."));
        }
    }

    /// <summary>Who asks: whoever a token belongs to, or in the demo whoever they say they are; else somebody who may read. Null: a token that is nobody's.</summary>
    private static async Task<Caller?> CallerAsync(HttpContext http, Callers callers, IConfiguration settings, string? persona)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return await callers.PersonaAsync(persona, http.RequestAborted);
        var given = Encoding.UTF8.GetBytes(header["Bearer ".Length..].Trim());
        Person? found = null;
        foreach (var one in settings.GetSection("ChatOps:ApiTokens").GetChildren())
        {
            // All are compared, each in constant time: how long it takes says nothing.
            var known = Encoding.UTF8.GetBytes(one.Value ?? "");
            if (known.Length >= ShortestToken && CryptographicOperations.FixedTimeEquals(known, given)) found = new Person(one.Key);
        }

        return found is { } person ? await callers.KnownAsync(person, person.ShortName, http.RequestAborted) : null;
    }

    private static string Delivery(Caller caller, string? given) =>
        $"api:{caller.Person}:{(given is { Length: > 0 and <= 100 } ? given : Guid.NewGuid().ToString("N"))}";

    private static IResult Bad(string problem) => Json(new ApiProblem(problem), ApiJson.Default.ApiProblem, StatusCodes.Status400BadRequest);

    private static IResult Json<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        Results.Json(value, type, statusCode: status);

    private sealed record RequestSizeLimit(long? MaxRequestBodySize) : Microsoft.AspNetCore.Http.Metadata.IRequestSizeLimitMetadata;
}
