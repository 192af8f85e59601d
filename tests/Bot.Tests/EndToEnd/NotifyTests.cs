using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ChatOps.Testing;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>People are told: by direct message where they are, and by e-mail; by steps, when a run fails, and when somebody aborts it.</summary>
public sealed class NotifyTests : IAsyncLifetime
{
    private Stage stage = null!;
    private SmtpStandIn mail = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        stage.Unprotect();
        var trusted = Path.Combine(stage.Folder, "mail.pem");
        mail = new SmtpStandIn { Certificate = Certificate(trusted), Login = "chatops:mail-pass-4711" }.Start();
        foreach (var (key, value) in new[] { ("Host", "localhost"), ("Port", $"{mail.Port}"), ("From", "chatops@example.com"), ("User", "chatops"), ("Password", "mail-pass-4711") }) stage.Settings[$"Smtp:{key}"] = value;
        stage.Settings["SSL_CERT_FILE"] = trusted;
        stage.Settings["ChatOps:PublicUrl"] = "https://bot.example.com/";
    }

    public async ValueTask DisposeAsync()
    {
        stage.Report(bot);
        if (bot is not null) await bot.DisposeAsync();
        await mail.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_step_tells_people_once_each_where_they_are_and_mails_others_over_TLS()
    {
        Deploy("""
              - notify: "{version} of {service} is live in {environment}. <b>Look</b>"
                channel: "#deploys"
                to: [requester, release-managers, ben@example.com, oncall]
                email: [audit@example.com, owners]
            """);
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("succeeded"));
        foreach (var direct in new[] { "DANA", "DBEN", "DDORA", "DCLEO" }) (await DirectAsync(direct, message => message.Shows("v1.2.3 of api is live in prod"))).Says.ShouldContain("Run 1");
        var letter = await mail.MailAsync(one => one.To[0] == "audit@example.com");
        await mail.MailAsync(one => one.To[0] == "ana@example.com");
        letter.Secret.ShouldBeTrue();
        letter.Subject.ShouldBe("Deploy api v1.2.3 to prod: v1.2.3 of api is live in prod. <b>Look</b>");
        letter.Says.ShouldContain("https://bot.example.com/runs/1");
        letter.Says.ShouldContain("&lt;b&gt;Look&lt;/b&gt;");
        stage.Slack.Messages.Count(message => message.Channel.StartsWith('D')).ShouldBe(4);
        mail.Mails.Count.ShouldBe(2);
        bot.Output.ShouldNotContain("mail-pass-4711");
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_waits_for_nobody_who_is_away_and_says_whom_nothing_reached()
    {
        mail.GoAway();
        Deploy("""
              - notify: It is done
                timeout: 2s
                to: [stranger@example.com]
                email: [audit@example.com]
            """);
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var card = await stage.CardAsync(message => message.Shows("succeeded") && message.Shows("stranger@example.com could not be told") && message.Shows("audit@example.com by e-mail could not be told"));
        card.Says.ShouldContain("Nobody in Slack has the address stranger@example.com");
        card.Says.ShouldContain("It was tried for 2 s.");
    }

    [Fact]
    public async Task A_mail_that_could_not_be_sent_is_sent_when_the_server_is_back_also_after_a_crash_and_a_second_copy_has_the_same_id()
    {
        mail.GoAway();
        Deploy("  - notify: It is done\n    email: [audit@example.com]\n");
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("succeeded"));
        await bot.KillAsync();
        await bot.DisposeAsync();
        mail.LoseAnswers = 1;
        mail.Start();
        bot = await stage.StartBotAsync();
        await mail.MailAsync(_ => mail.Mails.Count == 2, seconds: 75);      // the lease of the process that was killed has to run out
        mail.Mails.Select(one => one.Id).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_failure_is_told_to_whom_the_runbook_says_and_so_is_what_came_of_it()
    {
        stage.Health = HttpStatusCode.InternalServerError;
        Deploy("", "on-failure: { rollback: automatic, page: oncall, notify: [requester, \"#deploys\"], email: [audit@example.com] }\n");
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await DirectAsync("DANA", message => message.Shows("It is rolled back to v1.2.2 by itself"));
        await stage.CardAsync(message => !message.Shows("Check health – ") && message.Shows("It is rolled back to v1.2.2 by itself"));
        (await mail.MailAsync(one => one.Says.Contains("It is rolled back", StringComparison.Ordinal))).Subject.ShouldStartWith("Deploy api v1.2.3 to prod");
        await DirectAsync("DCLEO", message => message.Shows("Page: Deploy api v1.2.3 to prod"));

        // The way back looks at health too, and finds it as it was: that is told as well.
        await DirectAsync("DANA", message => message.Shows("Somebody has to decide"));
        await stage.CardAsync(message => message.Shows("waiting for a decision"));
    }

    [Fact]
    public async Task An_abort_undoes_what_ran_pages_and_tells_as_on_abort_says()
    {
        Deploy("""
              - manual: Look at it
                do: Open it.
            """, "on-failure: { rollback: ask }\non-abort: { rollback: automatic, page: oncall, notify: [requester], email: [audit@example.com] }\n");
        bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("waiting for somebody"));
        await ana.TypeAsync(Stage.Channel, "/chatops abort 1 --reason \"wrong branch\"");
        await stage.CardAsync(message => message.Shows("rolled back"));
        stage.Cluster.Changes.Last().Image.ShouldEndWith(":v1.2.2");
        await DirectAsync("DANA", message => message.Shows("ana aborted it: wrong branch. It goes back to v1.2.2."));
        await DirectAsync("DANA", message => message.Shows("was rolled back"));
        await mail.MailAsync(one => one.Says.Contains("wrong branch", StringComparison.Ordinal));
        var page = await DirectAsync("DCLEO", message => message.Shows("Page: Deploy api v1.2.3 to prod") && message.Shows("wrong branch"));
        page.Buttons.ShouldContain(button => button.Label == "Acknowledge", "somebody should look, although it went back");
    }

    [Fact]
    public async Task An_abort_before_anything_ran_undoes_nothing_and_is_told()
    {
        Deploy("", "on-abort: { rollback: automatic, notify: [requester] }\n", before: "  - wait: go\n");
        bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.4 prod");
        await stage.CardAsync(message => message.Shows("waiting for somebody"));
        await ana.TypeAsync(Stage.Channel, "/chatops abort 1 --reason \"not today\"");
        await DirectAsync("DANA", message => message.Shows("ana aborted it: not today. Nothing had been changed."));
        await stage.CardAsync(message => message.Shows("cancelled"));
        stage.Cluster.Changes.ShouldBeEmpty();
    }

    private Task<KeptMessage> DirectAsync(string channel, Func<KeptMessage, bool> wanted) => stage.Slack.MessageAsync(channel, wanted, TimeSpan.FromSeconds(30));

    private void Deploy(string steps, string trouble = "on-failure: { rollback: ask }\n", string before = "") =>
        stage.Write("runbooks/rolling-deploy.yaml", $"runbook: rolling-deploy\nsteps:\n{before}  - deploy: rolling\n  - check: health\n{steps}\n{trouble}");

    /// <summary>A certificate for this machine, and the file that says it is to be trusted.</summary>
    private static X509Certificate2 Certificate(string trusted)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(trusted, made.ExportCertificatePem());
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
