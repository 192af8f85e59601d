namespace ChatOps.Integrations.Slack;

/// <summary>An id of Slack's, or a channel's name, with the workspace it is of: <c>C123</c> at home, <c>C123@T456</c> or <c>#deploys@acme</c> elsewhere.</summary>
/// <remarks>Ids of accounts are unique in their workspace only: wherever the bot keeps one, the workspace is kept with it.</remarks>
/// <param name="Workspace">The id of an installed workspace or organization, or its name; null = home, the workspace of the settings.</param>
public readonly record struct SlackId(string Id, string? Workspace)
{
    /// <summary>Reads what <see cref="ToString"/> wrote, or what people write for a channel. Not for <c>@address</c>, which is nobody's id.</summary>
    public static SlackId Read(string text) => text.LastIndexOf('@') is > 0 and var at && at < text.Length - 1 ? new(text[..at], text[(at + 1)..]) : new(text, null);

    public override string ToString() => Workspace is null ? Id : $"{Id}@{Workspace}";
}
