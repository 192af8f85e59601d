using ChatOps.Testing.Teams;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>A Teams beside the stage's Slack.</summary>
internal static class TeamsOnStage
{
    /// <summary>Long enough for a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A Teams that the bot is registered with; the app is in no team yet.</summary>
    public static async Task<TeamsStandIn> AddTeamsAsync(this Stage stage)
    {
        var teams = await TeamsStandIn.StartAsync();
        foreach (var (key, value) in teams.Settings) stage.Settings[key] = value;
        return teams;
    }

    /// <summary>Has the cards of api shown in Teams.</summary>
    /// <param name="alone">Whether they are no longer shown in Slack.</param>
    public static void ShowInTeams(this Stage stage, bool alone)
    {
        const string inSlack = $"channel: \"{Stage.Channel}\"", inTeams = "teams: Payments/Deploys";
        stage.Rewrite("services/api.yaml", inSlack, alone ? inTeams : $"{inSlack}\n{inTeams}");
    }

    /// <summary>Somebody whose address the bot gets from Teams.</summary>
    public static TeamsUser Known(this TeamsStandIn teams, string name, BotProcess bot) => teams.User(teams.AddUser(name, $"{name}@example.com"), bot.NewClient());

    /// <summary>Adds the app to the team; it has said hello when this returns.</summary>
    public static async Task InstallAsync(this TeamsStandIn teams, TeamsUser by)
    {
        await by.InstallAsync(TeamsStandIn.Team);
        await teams.MessageAsync(TeamsStandIn.Team, message => message.Shows("I walk deployments"), Patience);
    }
}
