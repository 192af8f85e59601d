using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>Whether the process lives, and whether it can do its work: for whoever restarts it or sends it traffic.</summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Results.Text("live")).ExcludeFromDescription();
        foreach (var path in (string[])["/health", "/health/ready"]) routes.MapGet(path, ReadyAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(IStore store, HttpContext context)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(Patience);
        try
        {
            await store.NextDueAsync(patience.Token);
            return Results.Text("ready");
        }
        catch (Exception fault) when (fault is StoreUnavailableException or OperationCanceledException)
        {
            return Results.Text("The database does not answer.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
