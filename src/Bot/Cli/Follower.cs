using ChatOps.Bot.Endpoints;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Cli;

/// <summary>Stays with a run until it has ended, and says each thing that changes.</summary>
internal static class Follower
{
    /// <returns>0 when the run did what it was for.</returns>
    public static async Task<int> FollowAsync(BotClient bot, RunId run, Terminal terminal, CancellationToken cancellationToken)
    {
        var shown = "";
        var silent = TimeSpan.Zero;
        while (true)
        {
            switch (await bot.LookAsync(run, cancellationToken))
            {
                case Asked<ApiRun>.Answered { Answer: var answer }:
                    silent = TimeSpan.Zero;
                    if (!answer.Row.Open) return End(answer, terminal);
                    if (TerminalCards.OneLine(answer.Card) is var line && line != shown) terminal.Out.WriteLine(shown = line);
                    break;
                case Asked<ApiRun>.Rejected rejected:
                    terminal.Error.WriteLine(TerminalText.Safe($"The bot does not show run {run} ({rejected.Status}): {rejected.Why}"));
                    return ExitCodes.Refused;
                case Asked<ApiRun>.Unreachable lost when silent >= terminal.Patience:
                    terminal.Error.WriteLine(TerminalText.Safe($"{lost.Why} The run goes on without you: chatops show {run}."));
                    return ExitCodes.Unreachable;
                default:
                    silent += terminal.Pace;
                    break;
            }

            await Task.Delay(terminal.Pace, cancellationToken);
        }
    }

    private static int End(ApiRun answer, Terminal terminal)
    {
        terminal.Out.WriteLine();
        terminal.Out.Write(TerminalCards.Render(answer.Card, terminal.Width, terminal.Colours));
        return answer.Row.Status == nameof(RunStatus.Succeeded) ? ExitCodes.Done : ExitCodes.Refused;
    }
}
