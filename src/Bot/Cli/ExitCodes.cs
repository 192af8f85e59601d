namespace ChatOps.Bot.Cli;

/// <summary>What the program ends with. Scripts rely on these.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The bot refused the command, the run did not succeed, or lint found errors.</summary>
    public const int Refused = 1;

    /// <summary>What was typed can't be used.</summary>
    public const int Usage = 2;

    /// <summary>There is no bot where one was looked for.</summary>
    public const int Unreachable = 3;

    /// <summary>Stopped with Ctrl-C, as shells count it.</summary>
    public const int Stopped = 130;
}
