namespace ChatOps.Runbooks.Work;

/// <summary>Something to be done outside, at least once, by whichever worker claims it.</summary>
/// <param name="Kind">Which handler does it: stable, since it is stored.</param>
/// <param name="Key">What makes two of them the same: while one waits unclaimed, adding another with its key leaves one (the newer payload, the earlier due time).</param>
/// <param name="Lane">Items of one lane are done one at a time, in order: a chat channel, a deploy target, a run.</param>
/// <param name="Due">Not before this.</param>
/// <param name="Payload">JSON that its handler understands.</param>
public sealed record WorkItem(string Kind, string Key, string Lane, DateTimeOffset Due, string Payload);

/// <summary>An item that a worker holds until <paramref name="LeaseUntil"/>; after that another may take it.</summary>
/// <param name="Id">The row's number; grows with each new item.</param>
/// <param name="Attempt">1 for the first claim. Above 1, an earlier claim ended without a known result: look before doing it again.</param>
/// <param name="FirstClaimedAt">When it was first tried.</param>
/// <param name="Owner">The claim's own name; a claim that was lost to another can no longer complete or renew.</param>
public sealed record ClaimedWork(long Id, WorkItem Item, int Attempt, DateTimeOffset FirstClaimedAt, string Owner, DateTimeOffset LeaseUntil);
