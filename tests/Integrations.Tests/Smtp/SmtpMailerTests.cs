using ChatOps.Integrations.Smtp;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Smtp;

public sealed class SmtpMailerTests : IAsyncLifetime
{
    private static readonly Mail Hello = new("ana@example.com", "v1.2.3 is live", "First line.\nSecond <b>line</b>.\n\nA paragraph.", "run-12-170-s3:1", "run-12-170")
    {
        Footer = "Run 12: Deploy api v1.2.3 to prod", Link = new Uri("https://bot.example.com/runs/12"),
    };

    private readonly SmtpStandIn server = new();
    private ServiceProvider? services;

    public ValueTask InitializeAsync()
    {
        server.Start();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (services is not null) await services.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_mail_has_text_and_html_with_a_link_and_an_id_that_is_the_same_each_time()
    {
        (await SendAsync(Hello)).ShouldBeOfType<Outcome<Nothing>.Done>();
        (await SendAsync(Hello)).ShouldBeOfType<Outcome<Nothing>.Done>();
        (await SendAsync(Hello with { Key = "run-12-170-s4:1" })).ShouldBeOfType<Outcome<Nothing>.Done>();
        var mail = server.Mails[0];
        (mail.From, mail.To.ShouldHaveSingleItem()).ShouldBe(("chatops@example.com", "ana@example.com"));
        mail.Headers("Subject").ShouldBe(["v1.2.3 is live"]);
        mail.Headers("Auto-Submitted").ShouldBe(["auto-generated"]);
        mail.Says.ShouldContain("First line.\r\nSecond <b>line</b>.");
        mail.Says.ShouldContain("First line.<br>Second &lt;b&gt;line&lt;/b&gt;.</p><p>A paragraph.</p>");
        mail.Says.ShouldContain("https://bot.example.com/runs/12");
        mail.Says.ShouldContain("<a href=\"https://bot.example.com/runs/12\">");
        mail.Id.ShouldEndWith("@example.com>");
        server.Mails.Select(one => one.Id == mail.Id).ShouldBe([true, true, false]);
        server.Mails.Select(one => one.Headers("References").Single()).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("Hi\r\nBcc: eve@example.com")]
    [InlineData("Hi\nBcc: eve@example.com\n\nbody")]
    [InlineData("Hi\u0085Bcc: eve@example.com\u2028Bcc: eve@example.com\u0000\u001b[31m")]
    [InlineData("Grüße — 日本語 🚀\r\nBcc: eve@example.com")]
    public async Task Nothing_that_people_wrote_makes_a_header_or_ends_the_letter(string wrote)
    {
        var hostile = Hello with { Subject = wrote, Text = $"{wrote}\r\n.\r\nMAIL FROM:<eve@example.com>\r\n<script>alert(1)</script>", Key = wrote, Topic = wrote, Footer = wrote };
        (await SendAsync(hostile)).ShouldBeOfType<Outcome<Nothing>.Done>();
        var mail = server.Mails.ShouldHaveSingleItem();
        mail.Headers("Bcc").ShouldBeEmpty();
        mail.Subject.ShouldStartWith(wrote[..2]);
        mail.To.ShouldBe(["ana@example.com"]);
        mail.Says.ShouldContain("MAIL FROM:<eve@example.com>");
        mail.Says.ShouldContain("&lt;script&gt;");
        server.Commands.Count(line => line.StartsWith("MAIL", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_mail_is_bounded()
    {
        (await SendAsync(Hello with { Subject = new string('s', 5_000), Text = new string('t', 500_000) })).ShouldBeOfType<Outcome<Nothing>.Done>();
        server.Mails.Single().ShouldSatisfyAllConditions(mail => mail.Text.Length.ShouldBeLessThan(80_000), mail => mail.Headers("Subject").Single().Length.ShouldBeLessThan(700), mail => mail.Says.ShouldContain("t…"));
    }

    [Theory]
    [InlineData("RCPT TO:", "450 4.2.0 Greylisted, come again", "Later")]
    [InlineData("MAIL FROM:", "421 4.3.2 Shutting down", "Later")]
    [InlineData("DATA", "452 4.3.1 Out of storage", "Later")]
    [InlineData("RCPT TO:", "550 5.1.1 No such user", "Never")]
    [InlineData("MAIL FROM:", "553 5.1.8 Sender address rejected", "Never")]
    [InlineData("DATA", "554 5.7.1 Spam", "Never")]
    public async Task What_the_server_says_for_now_is_tried_again_and_what_it_says_for_good_is_told(string command, string answer, string becomes)
    {
        server.Answers.Enqueue((command, answer));
        var outcome = await SendAsync(Hello);
        outcome.GetType().Name.ShouldBe(becomes);
        (outcome is Outcome<Nothing>.Later later ? later.Why : ((Outcome<Nothing>.Never)outcome).Fault.Why).ShouldContain(answer[..3]);
        server.Mails.ShouldBeEmpty();
        (await SendAsync(Hello)).ShouldBeOfType<Outcome<Nothing>.Done>();
    }

    [Fact]
    public async Task A_server_that_is_away_or_says_nothing_is_for_later()
    {
        server.GoAway();
        (await SendAsync(Hello)).ShouldBeOfType<Outcome<Nothing>.Later>().Why.ShouldContain("127.0.0.1");
        server.Start();
        server.IsSilent = true;
        (await SendAsync(Hello, ("Timeout", "00:00:00.3"))).ShouldBeOfType<Outcome<Nothing>.Later>().Why.ShouldContain("did not answer within");
    }

    [Fact]
    public async Task An_answer_that_is_lost_leads_to_a_second_copy_that_readers_know_as_the_first()
    {
        server.LoseAnswers = 1;
        (await SendAsync(Hello)).ShouldBeOfType<Outcome<Nothing>.Later>();
        (await SendAsync(Hello)).ShouldBeOfType<Outcome<Nothing>.Done>();
        server.Mails.Select(mail => mail.Id).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_server_without_TLS_gets_nothing_where_TLS_is_asked_for()
    {
        (await SendAsync(Hello, ("StartTls", "true"))).ShouldBeOfType<Outcome<Nothing>.Later>();
        (server.Mails.Count, server.Commands.Any(line => line.StartsWith("MAIL", StringComparison.Ordinal))).ShouldBe((0, false));
    }

    [Theory]
    [InlineData("chatops:right", "Done")]
    [InlineData("chatops:other", "Never")]
    public async Task It_signs_in_and_says_which_settings_are_wrong_when_it_may_not(string login, string becomes)
    {
        await using var asking = new SmtpStandIn { Login = login };
        asking.Start();
        var outcome = await SendAsync(Hello, ("Port", $"{asking.Port}"), ("User", "chatops"), ("Password", "right"));
        outcome.GetType().Name.ShouldBe(becomes);
        if (outcome is Outcome<Nothing>.Never never) never.Fault.ShouldSatisfyAllConditions(fault => fault.Next!.ShouldContain("Smtp:Password"), fault => fault.ToString().ShouldNotContain("right"));
    }

    [Theory]
    [InlineData("Host", "smtp://mail", "Smtp:Host")]
    [InlineData("Port", "465", "Smtp:Port")]
    [InlineData("Port", "0", "Smtp:Port")]
    [InlineData("From", "nobody", "Smtp:From")]
    [InlineData("From", "a@example.com\r\nBcc: b@example.com", "Smtp:From")]
    [InlineData("User", "chatops", "Smtp:Password")]
    [InlineData("Timeout", "00:10:00", "Smtp:Timeout")]
    public void Wrong_settings_are_named(string key, string value, string named)
    {
        var fault = Should.Throw<OptionsValidationException>(() => Made((key, value)).GetRequiredService<IOptions<SmtpOptions>>().Value);
        fault.Failures.ShouldContain(one => one.StartsWith(named, StringComparison.Ordinal));
    }

    [Fact]
    public void A_password_is_not_sent_where_it_could_be_read_on_the_way() => Should.Throw<OptionsValidationException>(
            () => Made(("Host", "mail.example.com"), ("User", "chatops"), ("Password", "p")).GetRequiredService<IOptions<SmtpOptions>>().Value)
        .Failures.ShouldHaveSingleItem().ShouldStartWith("Smtp:StartTls");

    private Task<Outcome<Nothing>> SendAsync(Mail mail, params (string Key, string Value)[] settings) => Made(settings).GetRequiredService<IMailer>().SendAsync(mail, TestContext.Current.CancellationToken);

    private ServiceProvider Made(params (string Key, string Value)[] settings)
    {
        services?.Dispose();
        var all = new Dictionary<string, string?> { ["Smtp:Host"] = "127.0.0.1", ["Smtp:Port"] = $"{server.Port}", ["Smtp:From"] = "ChatOps <chatops@example.com>", ["Smtp:StartTls"] = "false" };
        foreach (var (key, value) in settings) all[$"Smtp:{key}"] = value;
        return services = new ServiceCollection().AddLogging().AddSmtp(new ConfigurationBuilder().AddInMemoryCollection(all).Build()).BuildServiceProvider();
    }
}
