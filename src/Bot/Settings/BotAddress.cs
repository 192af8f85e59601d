namespace ChatOps.Bot.Settings;

/// <summary>Where people reach the bot's pages.</summary>
/// <param name="Public">Ends with a slash; null when it was not said, and then nothing links to pages.</param>
internal sealed record BotAddress(Uri? Public);
