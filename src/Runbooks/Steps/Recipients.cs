using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>Whom words are for.</summary>
/// <param name="To">Channels (<c>#name</c>), where it is posted; and people, who get a direct message in the chat where they are: addresses, groups, schedules (whoever is on call), <c>owners</c>, <c>requester</c>.</param>
/// <param name="Email">People, as in <paramref name="To"/>, who get an e-mail.</param>
public sealed record Recipients(ImmutableArray<string> To, ImmutableArray<string> Email)
{
    /// <summary>Stands for whoever asked for the run.</summary>
    public const string Requester = "requester";

    /// <summary>The most that one place may name; groups count once.</summary>
    public const int Most = 20;

    public static readonly Recipients Nobody = new([], []);

    public bool IsEmpty => To.IsEmpty && Email.IsEmpty;

    /// <summary>The one it is for, when there is nobody else and it needs no looking up; null otherwise.</summary>
    public (string Who, bool ByEmail)? Only => (To, Email) switch
    {
        ([var who], []) when IsChannel(who) || new GroupName(who).IsPerson => (who, false),
        ([], [var who]) when new GroupName(who).IsPerson => (who, true),
        _ => null,
    };

    public static bool IsChannel(string who) => who.StartsWith('#');

    /// <summary>For one run: <c>requester</c> and <c>owners</c> are who they stand for.</summary>
    public Recipients For(Person by, ImmutableArray<GroupName> owners)
    {
        ImmutableArray<string> Meant(ImmutableArray<string> names) =>
            [.. names.SelectMany(who => who == Requester && by.Email is { } address ? [address] : who == AccessRules.Owners.Name ? owners.Select(group => group.Name) : [who]).Distinct(StringComparer.OrdinalIgnoreCase)];
        return new Recipients(Meant(To), Meant(Email));
    }

    /// <summary>As it follows "tells": <c>#ops and ana@example.com, and mails cleo@example.com</c>.</summary>
    public string Says() => (To.IsEmpty, Email.IsEmpty) switch
    {
        (_, true) => $"tells {Words.List(To)}",
        (true, _) => $"mails {Words.List(Email)}",
        _ => $"tells {Words.List(To)}, and mails {Words.List(Email)}",
    };
}
