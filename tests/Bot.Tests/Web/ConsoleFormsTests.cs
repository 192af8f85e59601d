using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatOps.Bot.Web;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Web;

public sealed class ConsoleFormsTests : IAsyncLifetime
{
    private ConsoleStage stage = null!;
    private Browser ana = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await ConsoleStage.StartAsync();
        ana = stage.Browser();
        await ana.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        ana.Dispose();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_command_is_typed_and_its_run_is_walked_without_any_script()
    {
        var said = await ana.SayAsync("deploy api v1.2.3 prod");
        said.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        said.Headers.Location!.ToString().ShouldBe("/#entry-1");
        var page = await ana.OpenAsync();
        page.ShouldContain("id=\"run-1\"");
        for (var item = 0; item < 3; item++) (await ana.ClickAsync(await ana.OpenAsync(), "tick")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await ana.OpenAsync("/runs/1")).ShouldContain("data-state=\"waiting for approval\"");
        (await ana.OpenAsync("/runs")).ShouldContain("data-run=\"1\"");
    }

    [Fact]
    public async Task A_runbook_is_a_picture_that_shows_where_each_live_run_stands()
    {
        (await ana.OpenAsync("/runbooks/rolling-deploy/picture.svg")).ShouldNotContain("run 1");
        await ana.SayAsync("deploy api v1.2.3 prod");
        (await ana.OpenAsync("/runbooks")).ShouldContain("<td>1 run</td>");
        (await ana.OpenAsync("/runbooks/rolling-deploy")).ShouldSatisfyAllConditions(
            page => page.ShouldContain("/runbooks/rolling-deploy/picture.svg"), page => page.ShouldContain("Production change (approval)"), page => page.ShouldContain("Run 1: "));
        var picture = await ana.OpenAsync("/runbooks/rolling-deploy/picture.svg");
        picture.ShouldStartWith("<svg ");
        picture.ShouldContain(">run 1</text>");
        (await ana.Http.GetAsync("/runbooks/no-such")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await ana.Http.GetAsync("/runbooks/no-such/picture.svg")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_same_form_sent_twice_opens_one_run()
    {
        var delivery = new string('a', 32);
        for (var times = 0; times < 3; times++) await ana.SayAsync("deploy api v1.2.3 prod", delivery);
        var page = await ana.OpenAsync("/runs");
        Regex.Count(page, "data-key=\"row-").ShouldBe(1);
    }

    [Fact]
    public async Task A_tick_clicked_twice_on_the_same_sight_stays_a_tick()
    {
        await ana.SayAsync("deploy api v1.2.3 prod");
        var page = await ana.OpenAsync();
        for (var times = 0; times < 2; times++) await ana.ClickAsync(page, "tick");
        Regex.Count(await ana.OpenAsync(), "data-ticked=\"true\"").ShouldBe(1);
    }

    [Fact]
    public async Task What_is_hard_to_take_back_is_asked_about_first()
    {
        await ana.SayAsync("deploy api v1.2.3 prod");
        var page = await ana.OpenAsync();
        var asked = await ana.ClickAsync(page, "abort");
        var question = await asked.Content.ReadAsStringAsync();
        question.ShouldContain("Abort this run?");
        question.ShouldContain("Yes, abort");
        (await ana.OpenAsync()).ShouldContain("data-state=\"waiting for its checklist\"");
        await ana.PostAsync("/click", [.. Browser.FieldsOf(page, "abort"), ("sure", "yes")]);
        (await ana.OpenAsync()).ShouldContain("data-state=\"cancelled\"");
    }

    [Fact]
    public async Task A_refusal_is_shown_to_the_one_who_clicked_and_to_nobody_else()
    {
        await ana.SayAsync("deploy api v1.2.3 prod");
        for (var item = 0; item < 3; item++) await ana.ClickAsync(await ana.OpenAsync(), "tick");
        await ana.ClickAsync(await ana.OpenAsync(), "approve");
        (await ana.OpenAsync()).ShouldSatisfyAllConditions(page => page.ShouldContain("data-reply=\"not-in-group\""), page => page.ShouldContain("Ask ben, dora or eli."));
        using var other = stage.Browser();
        (await other.OpenAsync()).ShouldNotContain("not-in-group");
        await ana.PostAsync("/be", ("person", "ben@example.com"));
        (await ana.OpenAsync()).ShouldNotContain("not-in-group");
    }

    [Fact]
    public async Task Who_one_is_is_kept_in_a_cookie_that_scripts_can_t_read_and_other_sites_can_t_send()
    {
        var answer = await ana.PostAsync("/be", ("person", "ben@example.com"));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldContain("chatops-who=ben%40example.com");
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
        (await ana.OpenAsync()).ShouldContain("value=\"ben@example.com\" selected");
        (await ana.PostAsync("/be", ("person", "mallory@example.com"))).Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task Outside_the_demo_the_console_only_reads_and_says_so()
    {
        await using var outside = await ConsoleStage.StartAsync(demo: false);
        using var reader = outside.Browser();
        (await reader.OpenAsync()).ShouldContain("Read only: sign-in is not set up");
        await reader.SayAsync("deploy api v1.2.3 prod");
        var page = await reader.OpenAsync();
        page.ShouldContain("data-reply=\"read-only\"");
        page.ShouldNotContain("id=\"run-1\"");
        await reader.SayAsync("status");
        (await reader.OpenAsync()).ShouldContain("What is live");
    }

    [Theory]
    [InlineData("evil.example.com", null, null, HttpStatusCode.Forbidden)]
    [InlineData(null, "cross-site", null, HttpStatusCode.Forbidden)]
    [InlineData(null, null, "http://evil.example.com", HttpStatusCode.Forbidden)]
    [InlineData(null, "same-origin", null, HttpStatusCode.SeeOther)]
    public async Task A_command_is_heard_from_our_own_pages_only(string? host, string? site, string? origin, HttpStatusCode status)
    {
        using var form = new HttpRequestMessage(HttpMethod.Post, "/say") { Content = new FormUrlEncodedContent([KeyValuePair.Create("text", "deploy api v1.2.3 prod"), KeyValuePair.Create("token", ana.Token)]) };
        if (host is not null) form.Headers.Host = host;
        if (site is not null) form.Headers.Add("Sec-Fetch-Site", site);
        if (origin is not null) form.Headers.Add("Origin", origin);
        (await ana.Http.SendAsync(form)).StatusCode.ShouldBe(status);
        if (status == HttpStatusCode.Forbidden) (await ana.OpenAsync("/runs")).ShouldNotContain("data-run=\"1\"");
    }

    [Fact]
    public async Task Without_the_cookie_that_our_pages_give_nothing_is_done()
    {
        using var stranger = stage.Browser();
        var answer = await stranger.SayAsync("deploy api v1.2.3 prod");
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Open it again; nothing was done.");
        (await ana.OpenAsync("/runs")).ShouldNotContain("data-run=\"1\"");
    }

    [Theory]
    [InlineData("/say")]
    [InlineData("/click")]
    [InlineData("/be")]
    [InlineData("/fill")]
    [InlineData("/signout")]
    public async Task Every_form_must_have_been_made_for_the_browser_that_sends_it(string path)
    {
        using var other = stage.Browser();
        await other.OpenAsync();
        foreach (var token in (string[])["", "0123", other.Token, ana.Token + "0"])
        {
            using var form = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent([new("text", "deploy api v1.2.3 prod"), new("person", "ben@example.com"), new("token", token)]) };
            form.Headers.Add("Origin", stage.Address.GetLeftPart(UriPartial.Authority));
            var answer = await ana.Http.SendAsync(form);
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("nothing was done");
        }

        (await ana.OpenAsync()).ShouldContain("value=\"ana@example.com\" selected");
    }

    [Fact]
    public async Task A_form_says_beside_its_field_what_does_not_fit_and_makes_room_once_it_is_done()
    {
        await ana.SayAsync("lock api");
        var asked = LineOf(await ana.OpenAsync());
        await FillAsync(asked, ("service", "api"), ("environment", "prod"), ("reason", "moving the database"), ("until", "some day"));
        var page = await ana.OpenAsync();
        LineOf(page).ShouldBe(asked, "the form stays where it is");
        Regex.Match(page, "<label for=\"[^\"]*\">Until.*?</div>", RegexOptions.Singleline).Value.ShouldContain("<b class=\"fault\">");
        Regex.Count(page, "class=\"fault\"").ShouldBe(1);
        page.ShouldContain("value=\"moving the database\"", customMessage: "nobody types it again");
        page.ShouldContain("<option value=\"prod\" selected>");

        await FillAsync(asked, ("service", "api"), ("environment", "prod"), ("reason", "moving the database"), ("until", "in 2h"));
        page = await ana.OpenAsync();
        page.ShouldNotContain("name=\"in.until\"");
        page.ShouldContain("You said: </span><bdi>lock api prod --reason &quot;moving the database&quot; --until &quot;in 2h&quot;</bdi>");
        (await ana.OpenAsync("/services")).ShouldContain("moving the database");
    }

    [Fact]
    public async Task What_follows_from_another_answer_is_offered_anew_and_nothing_is_chosen_for_anybody()
    {
        await ana.SayAsync("rollback");
        var asked = LineOf(await ana.OpenAsync());
        await FillAsync(asked, ("service", "worker"), ("environment", "qa"), ("to", "v1"), ("again", "yes"));
        var page = await ana.OpenAsync();
        LineOf(page).ShouldBe(asked);
        page.ShouldContain("<option value=\"worker\" selected>");
        page.ShouldContain("<option value=\"\">Choose</option><option value=\"staging\">", customMessage: "an environment that is not there is not taken for another");
        page.ShouldContain("data-key=\"to worker\"", customMessage: "its versions are those of the service");
        page.ShouldNotContain("value=\"v1\"");
        (await ana.OpenAsync("/runs")).ShouldNotContain("data-run=");
    }

    private static string LineOf(string page) => Regex.Match(page, "name=\"line\" value=\"([^\"]+)\"").Groups[1].Value;

    private Task<HttpResponseMessage> FillAsync(string line, params (string Name, string Value)[] answers) => ana.PostAsync("/fill",
        [("command", answers.Any(answer => answer.Name == "until") ? "lock" : "rollback"), ("line", line), ("delivery", Guid.NewGuid().ToString("N")), .. answers.Select(answer => answer.Name == "again" ? answer : ($"in.{answer.Name}", answer.Value))]);

    [Fact]
    public async Task What_waits_for_somebody_is_shown_to_them_and_to_nobody_else()
    {
        await ana.SayAsync("deploy api v1.2.3 prod");
        (await ana.OpenAsync("/waiting")).ShouldContain("id=\"run-1\"");
        await ana.PostAsync("/be", ("person", "ben@example.com"));
        (await ana.OpenAsync("/waiting")).ShouldContain("Nothing waits for you");
        await ana.PostAsync("/be", ("person", "ana@example.com"));
        for (var item = 0; item < 3; item++) await ana.ClickAsync(await ana.OpenAsync("/waiting"), "tick");
        (await ana.OpenAsync("/waiting")).ShouldContain("Nothing waits for you");
        await ana.PostAsync("/be", ("person", "ben@example.com"));
        var page = await ana.OpenAsync("/waiting");
        page.ShouldContain("data-state=\"waiting for approval\"");
        await ana.ClickAsync(page, "approve");
        (await ana.OpenAsync("/runs/1")).ShouldContain("1 of 2: ben");
    }

    [Fact]
    public async Task Locks_warnings_and_what_was_changed_by_hand_stand_where_they_matter()
    {
        (await ana.OpenAsync("/services")).ShouldContain("8 places, all as the last run left them.");
        await ana.SayAsync("lock api staging \"looking <into> it\"");
        await ana.SayAsync("lock web staging \"flaky tests\" --warn");
        var page = await ana.OpenAsync("/services");
        page.ShouldContain("Of 8 places: 1 closed for changes.");
        Cell(page, "api-staging").ShouldContain("data-notice=\"locked\"");
        Cell(page, "api-staging").ShouldContain("looking &lt;into&gt; it");
        Cell(page, "web-staging").ShouldContain("data-notice=\"warned\"");
        Cell(page, "worker-staging").ShouldNotContain("data-notice");

        static string Cell(string page, string site) => Regex.Match(page, $"data-key=\"c-{site}\".*?</td>", RegexOptions.Singleline).Value;
    }

    [Theory]
    [InlineData("/cards")]
    [InlineData("/cards?surface=slack")]
    [InlineData("/cards?surface=teams")]
    public async Task Every_state_of_a_card_can_be_looked_at_and_does_nothing(string path)
    {
        var page = await ana.OpenAsync(path);
        foreach (var state in CardStates.All) page.ShouldContain($"data-state=\"{state.Name}\"");
        page.ShouldNotContain("<img");
        if (path != "/cards") return;
        var button = await ana.PostAsync("/click", [.. Browser.FieldsOf(page, "abort"), ("token", "")]);
        button.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_link_of_another_site_arrives_with_its_reader_s_own_cookies()
    {
        using var link = new HttpRequestMessage(HttpMethod.Get, "/runs");
        link.Headers.Add("Sec-Fetch-Site", "cross-site");
        link.Headers.Add("Sec-Fetch-Mode", "navigate");
        using var fresh = stage.Browser();
        var answer = await fresh.Http.SendAsync(link);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("http-equiv=\"refresh\"");
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/runs")]
    [InlineData("/services")]
    [InlineData("/runs/999")]
    [InlineData("/no-such-page")]
    public async Task Every_page_tells_browsers_to_trust_nothing_but_our_own_files(string path)
    {
        var answer = await ana.Http.GetAsync(path);
        var headers = answer.Headers.ToDictionary(header => header.Key, header => string.Join(' ', header.Value), StringComparer.OrdinalIgnoreCase);
        headers["Content-Security-Policy"].ShouldBe("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        headers["X-Content-Type-Options"].ShouldBe("nosniff");
        headers["Referrer-Policy"].ShouldBe("same-origin");
        headers["Cache-Control"].ShouldBe("no-store");
        answer.StatusCode.ShouldBe(path is "/runs/999" or "/no-such-page" ? HttpStatusCode.NotFound : HttpStatusCode.OK);
    }

    [Fact]
    public async Task Files_may_be_kept_for_ever_since_their_address_changes_with_them()
    {
        var page = await ana.OpenAsync();
        foreach (var path in Regex.Matches(page, "/assets/[^\"]*").Select(match => match.Value))
        {
            var file = await ana.Http.GetAsync(path);
            file.StatusCode.ShouldBe(HttpStatusCode.OK);
            file.Headers.CacheControl!.ToString().ShouldContain("immutable");
            file.Headers.ETag.ShouldNotBeNull();
        }

        (await ana.Http.GetAsync("/assets/old/console.css")).Headers.CacheControl!.ToString().ShouldBe("no-cache");
        (await ana.Http.GetAsync("/assets/old/nothing.css")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/say", "text")]
    [InlineData("/click", "reason")]
    public async Task A_form_longer_than_any_command_is_not_read(string path, string field)
    {
        foreach (var chunked in (bool[])[false, true])
            (await ana.SendAsync(path, [(field, new string('x', 20_000))], chunked)).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("|||")]
    public async Task A_button_that_is_not_ours_is_a_bad_request(string action) =>
        (await ana.PostAsync("/click", ("action", action))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("//evil.example.com", "/")]
    [InlineData("https://evil.example.com", "/")]
    [InlineData("/\\evil.example.com", "/")]
    [InlineData("/runs/1", "/runs/1")]
    public async Task A_form_leads_back_to_our_own_pages_only(string back, string to) =>
        (await ana.PostAsync("/be", ("person", "ben@example.com"), ("back", back))).Headers.Location!.ToString().ShouldBe(to);

    [Fact]
    public async Task Hostile_words_come_back_as_words()
    {
        await ana.SayAsync(Samples.Hostile);
        var page = await ana.OpenAsync();
        page.ShouldNotContain("<img");
        page.ShouldContain("&lt;img src=x");
    }

    [Fact]
    public async Task A_script_is_told_what_changed_instead_of_a_page()
    {
        ana.Http.DefaultRequestHeaders.Add("X-Fragment", "chat");
        var answer = await ana.SayAsync("deploy api v1.2.3 prod");
        var told = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), PageJson.Plain.Told)!;
        told.Patches.Length.ShouldBe(2);
        told.Patches[0].Html.ShouldContain("data-points=\"run-1\"");
        told.Patches[1].Id.ShouldBe("entry-1");
        told.Look.ShouldBe("entry-1");
    }

    [Fact]
    public async Task An_open_page_hears_what_changed_and_after_a_cut_what_it_missed()
    {
        var since = Regex.Match(await ana.OpenAsync(), "data-since=\"([^\"]*)\"").Groups[1].Value;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var live = new StreamReader(await ana.Http.GetStreamAsync($"/live?topic=chat&since={since}", patience.Token));
        await ana.SayAsync("deploy api v1.2.3 prod");
        var (id, patch) = await NextAsync(live, patience.Token);
        patch.Id.ShouldBe("entry-1");
        patch.Into.ShouldBe("feed");
        patch.Html.ShouldContain("data-run=\"1\"");
        id.ShouldNotBe(since);

        // A page that missed it is told at once; one that has it waits for something new.
        using var late = new StreamReader(await ana.Http.GetStreamAsync($"/live?topic=chat&since={since}", patience.Token));
        (await NextAsync(late, patience.Token)).Patch.Id.ShouldBe("entry-1");
        using var unknown = new StreamReader(await ana.Http.GetStreamAsync("/live?topic=1&since=other-7", patience.Token));
        (await NextAsync(unknown, patience.Token)).Patch.Id.ShouldBe("run-1");
    }

    private static async Task<(string Id, Patch Patch)> NextAsync(StreamReader live, CancellationToken cancellationToken)
    {
        var id = "";
        while (await live.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            if (line.StartsWith("data: ", StringComparison.Ordinal)) return (id, JsonSerializer.Deserialize(line[6..], PageJson.Plain.Patch)!);
        }

        throw new EndOfStreamException("The feed ended.");
    }
}
