using System.Net;
using ChatOps.Bot.Web;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Web;

public sealed class LoopbackOnlyTests
{
    [Theory]
    [InlineData("127.0.0.1", "localhost", true)]
    [InlineData("127.0.0.1", "LOCALHOST:5080", true)]
    [InlineData("127.0.0.1", "127.0.0.1:5080", true)]
    [InlineData("127.8.9.1", "127.8.9.1", true)]
    [InlineData("::1", "[::1]:5080", true)]
    [InlineData("::ffff:127.0.0.1", "localhost", true)]
    [InlineData("127.0.0.1", "evil.example.com", false)]           // DNS rebinding
    [InlineData("127.0.0.1", "localhost.evil.example.com", false)]
    [InlineData("127.0.0.1", "127.0.0.1.evil.example.com", false)]
    [InlineData("127.0.0.1", "2130706433", false)]
    [InlineData("127.0.0.1", "127.1", false)]
    [InlineData("127.0.0.1", "0.0.0.0", false)]
    [InlineData("127.0.0.1", "10.0.0.5", false)]
    [InlineData("127.0.0.1", "", false)]
    [InlineData("10.0.0.5", "localhost", false)]
    [InlineData("10.0.0.5", "10.0.0.5", false)]
    [InlineData("2001:db8::1", "[::1]", false)]
    [InlineData(null, "localhost", false)]
    public void Only_this_machine_asking_by_a_name_of_this_machine_is_let_in(string? remote, string host, bool let)
    {
        var http = Request("GET", host, remote);
        LoopbackOnly.Refuse(http).ShouldBe(let ? null : LoopbackOnly.Says);
    }

    [Theory]
    [InlineData("Forwarded")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Forwarded-Host")]
    [InlineData("X-Real-IP")]
    public void What_a_proxy_on_this_machine_brings_is_not_from_this_machine_whatever_it_says(string header)
    {
        var http = Request("GET", "localhost", "127.0.0.1");
        http.Request.Headers[header] = "127.0.0.1";
        LoopbackOnly.Refuse(http).ShouldBe(LoopbackOnly.Says);
    }

    [Theory]
    [InlineData("POST", "same-origin", "http://localhost:5080", true)]
    [InlineData("POST", null, "http://localhost:5080", true)]
    [InlineData("POST", "none", null, true)]
    [InlineData("POST", null, null, true)]                          // no browser: it has no cookies to misuse
    [InlineData("POST", "cross-site", null, false)]
    [InlineData("POST", "same-site", null, false)]
    [InlineData("POST", "same-origin", "http://evil.example.com", false)]
    [InlineData("POST", null, "http://evil.example.com", false)]
    [InlineData("POST", null, "null", false)]
    [InlineData("POST", null, "http://localhost:9999", false)]
    [InlineData("POST", null, "https://localhost:5080", false)]
    [InlineData("DELETE", "cross-site", null, false)]
    [InlineData("GET", "cross-site", null, true)]
    public void Another_site_s_page_changes_nothing(string method, string? site, string? origin, bool let)
    {
        var http = Request(method, "localhost:5080", "127.0.0.1");
        if (site is not null) http.Request.Headers["Sec-Fetch-Site"] = site;
        if (origin is not null) http.Request.Headers.Origin = origin;
        LoopbackOnly.Refuse(http).ShouldBe(let ? null : LoopbackOnly.Foreign);
    }

    [Theory]
    [InlineData(null, null, false)]                                 // what only a browser keeps, from something that says nothing browsers say
    [InlineData("same-origin", null, true)]
    [InlineData(null, "http://localhost:5080", true)]
    public void Who_brings_a_cookie_says_where_it_comes_from(string? site, string? origin, bool let)
    {
        var http = Request("POST", "localhost:5080", "127.0.0.1");
        http.Request.Headers.Cookie = "chatops-who=ben@example.com";
        if (site is not null) http.Request.Headers["Sec-Fetch-Site"] = site;
        if (origin is not null) http.Request.Headers.Origin = origin;
        LoopbackOnly.Refuse(http).ShouldBe(let ? null : LoopbackOnly.Foreign);
    }

    private static DefaultHttpContext Request(string method, string host, string? remote)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = method;
        http.Request.Scheme = "http";
        http.Request.Host = new HostString(host);
        http.Connection.RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote);
        return http;
    }
}
