namespace ChatOps.Bot.Endpoints;

/// <summary>Messages heard lately, so that a mention that comes as two events or is sent again is answered once.</summary>
/// <remarks>For the answer only: that nothing is done twice is settled by the delivery's key, across restarts.</remarks>
internal sealed class SeenLately
{
    private const int Most = 10_000;
    private readonly Lock gate = new();
    private readonly HashSet<string> keys = new(StringComparer.Ordinal);
    private readonly Queue<string> order = new();

    public bool IsNew(string key)
    {
        lock (gate)
        {
            if (!keys.Add(key)) return false;
            order.Enqueue(key);
            if (order.Count > Most) keys.Remove(order.Dequeue());
            return true;
        }
    }
}
