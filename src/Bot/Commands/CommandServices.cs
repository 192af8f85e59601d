namespace ChatOps.Bot.Commands;

internal static class CommandServices
{
    /// <summary>The front desk and what it needs to understand and answer.</summary>
    public static IServiceCollection AddCommands(this IServiceCollection services) => services
        .AddSingleton<KnownWords>()
        .AddSingleton<Callers>()
        .AddSingleton<VersionLists>()
        .AddSingleton<CommandForms>()
        .AddSingleton<ThreadNotes>()
        .AddSingleton<RunPreviews>()
        .AddSingleton<MessageDesk>()
        .AddSingleton<Foreseeing>()
        .AddSingleton<Outlooks>()
        .AddSingleton<CardPlaces>()
        .AddSingleton<Openings>()
        .AddSingleton<Rollbacks>()
        .AddSingleton<AutomaticRollbacks>()
        .AddSingleton<Keeping>()
        .AddSingleton<Laters>()
        .AddSingleton<AlertDesk>()
        .AddSingleton<Home>()
        .AddSingleton<OnCallDesk>()
        .AddSingleton<ReportDesk>()
        .AddSingleton<PageDesk>()
        .AddSingleton<LinkDesk>()
        .AddSingleton<IncidentDesk>()
        .AddSingleton<Desk>();
}
