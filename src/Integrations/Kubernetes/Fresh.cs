using System.Net;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Reads, and acts on what was read; where somebody else was faster, on what they left.</summary>
internal static class Fresh
{
    private const int Tries = 6;

    /// <param name="act">Reads and changes; every change is guarded by the version that it was decided on.</param>
    /// <exception cref="ApiException">The cluster says no; or it changes faster than the bot can change it: then it is the queue's turn.</exception>
    public static async Task<T> ActAsync<T>(string what, Func<Task<T>> act)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await act();
            }
            catch (ApiException e) when (e.Code == HttpStatusCode.Conflict)
            {
                if (tries == Tries) throw ApiException.Later($"The {what} changes faster than the bot can change it.");
            }
        }
    }

    /// <summary>What is asked for, or null where there is no such thing.</summary>
    public static async Task<T?> FindAsync<T>(Task<T> asked)
        where T : class
    {
        try
        {
            return await asked;
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}
