using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Evidence;

/// <summary>Sends requests to addresses that people wrote into runbooks: only to hosts that the settings allow.</summary>
public interface IOutgoing
{
    /// <summary>The answer; later where nothing answers; never, with the code <c>host-not-allowed</c>, where the address is refused.</summary>
    Task<Outcome<OutgoingAnswer>> SendAsync(OutgoingRequest request, CancellationToken cancellationToken);
}

/// <param name="Headers">Values may hold <c>{secret:NAME}</c>, filled in when it is sent.</param>
public sealed record OutgoingRequest(string Method, Uri Url, ImmutableSortedDictionary<string, string> Headers, string? Body, TimeSpan Timeout);

/// <param name="Body">Its first part, where it is longer than can be kept.</param>
public sealed record OutgoingAnswer(int Status, string Body);
