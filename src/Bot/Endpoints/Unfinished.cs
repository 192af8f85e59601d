using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>Requests that a chat was told are being worked on: kept until they are done, so that a crash in between loses none.</summary>
/// <param name="kind">The kind of work that does them afterwards; stored.</param>
/// <param name="delivery">The request's own name: doing it again by that has no effect.</param>
internal abstract class Unfinished<T>(string kind, JsonTypeInfo<T> type, Func<T, string> delivery, IStore store, TimeProvider time)
    where T : class
{
    /// <summary>How long the process that took the request has to finish it; afterwards whoever claims it does it again.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>False when it could not be kept.</summary>
    public async Task<bool> KeptAsync(T request, CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            await store.CommitAsync(new Commit(now) { Work = [new WorkItem(kind, KeyOf(request), KeyOf(request), now + Grace, JsonSerializer.Serialize(request, type))] }, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <exception cref="StoreUnavailableException">It is done once more later, without effect.</exception>
    public Task ForgetAsync(T request, CancellationToken cancellationToken) => store.CommitAsync(new Commit(time.GetUtcNow()) { Withdrawn = [KeyOf(request)] }, cancellationToken);

    protected static T Read(WorkItem item, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(item.Payload, type) ?? throw new JsonException("Work without a payload.");

    private string KeyOf(T request) => $"{kind}:{delivery(request)}";
}
