using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Versions;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Asks whoever deploys a version again that failed there before, and says what failed then.</summary>
internal static class FailureCard
{
    public static Reply Ask(FailedVersion failed, Command.Deploy c, DateTimeOffset now)
    {
        var again = CommandText.Of(c with { Again = true });
        var refusal = new Refusal(RefusalCodes.FailedBefore, Says(failed, c.Environment, now), $"Deploy it all the same: {again}. Or, where the cause is fixed: fixed {c.Service} {c.Version} {c.Environment} \"what it was\".");
        var card = RefusalCard.Of(refusal) with
        {
            Buttons = [new Button("Deploy it again", ButtonStyle.Danger, CardAction.Say(again), new Confirm($"Deploy {c.Version} again?", Says(failed, c.Environment, now), "Deploy it again", "Not now"))],
        };
        return new Reply(card, null, refusal);
    }

    /// <summary>What failed, when, and in which run.</summary>
    public static string Says(FailedVersion failed, string environment, DateTimeOffset now) =>
        $"{failed.Version} failed in {environment} {Words.Duration(now - failed.At)} ago, in run {failed.Run}{(failed.Automatic ? ", and was taken back by itself" : "")}: {failed.Why}";
}
