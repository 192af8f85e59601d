namespace ChatOps.Bot.Cli;

/// <summary>Where a command line is typed: what it prints to, and what it may know of its surroundings.</summary>
/// <param name="Variable">Reads an environment variable; null when it is not set.</param>
/// <param name="Colours">Whether to mark words with colours.</param>
/// <param name="Width">Columns to write in.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, Func<string, string?> Variable, bool Colours, int Width)
{
    /// <summary>Between looks at a run that is followed.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a bot that stopped answering is waited for while a run is followed.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Shows a question and reads a line; null when nobody sits there, or the line's end is the input's end.</summary>
    public Func<string, string?>? Ask { get; init; }

    public static Terminal OfThisProcess()
    {
        var colours = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new Terminal(Console.Out, Console.Error, Environment.GetEnvironmentVariable, colours, Columns()) { Ask = Console.IsInputRedirected || Console.IsOutputRedirected ? null : AskHere };
    }

    private static string? AskHere(string question)
    {
        Console.Out.Write(question);
        return Console.ReadLine();
    }

    /// <summary>Lines much longer than 100 columns are hard to read, however wide the window is.</summary>
    private static int Columns()
    {
        try
        {
            return Console.IsOutputRedirected || Console.WindowWidth <= 0 ? 80 : Math.Clamp(Console.WindowWidth, 40, 100);
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
