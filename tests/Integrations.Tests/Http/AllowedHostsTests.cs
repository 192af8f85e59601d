using System.Net;
using ChatOps.Integrations.Http;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Http;

public sealed class AllowedHostsTests
{
    [Theory]
    [InlineData("api.example.com", "api.example.com", true)]
    [InlineData("api.example.com", "API.Example.com.", true)]
    [InlineData(" a.test , api.example.com ", "api.example.com", true)]
    [InlineData("api.example.com", "www.api.example.com", false)]
    [InlineData("api.example.com", "api.example.com.evil.test", false)]
    [InlineData("*.example.com", "api.example.com", true)]
    [InlineData("*.example.com", "a.b.example.com", true)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("*.example.com", "evilexample.com", false)]
    [InlineData("10.0.0.5", "10.0.0.5", true)]
    [InlineData("10.0.0.5", "10.0.0.6", false)]
    [InlineData("10.0.0.5", "::ffff:10.0.0.5", true)]
    [InlineData("", "api.example.com", false)]
    public void Only_hosts_that_are_listed_are_reached(string list, string host, bool allowed)
    {
        var fault = AllowedHosts.Read(list).Refuse(host);
        (fault is null).ShouldBe(allowed);
        if (fault is not null) (fault.Code, fault.Why, fault.Next).ShouldBe(("host-not-allowed", $"{host} is not among the hosts that runbooks may reach.", "Add it to Http:AllowedHosts if it should be."));
    }

    [Theory]
    [InlineData("93.184.216.34", "ok", "ok")]
    [InlineData("2606:2800:220:1::1", "ok", "ok")]
    [InlineData("127.0.0.1", "ok", "inside")]
    [InlineData("0.0.0.0", "ok", "inside")]
    [InlineData("10.1.2.3", "ok", "inside")]
    [InlineData("172.16.0.1", "ok", "inside")]
    [InlineData("172.31.255.255", "ok", "inside")]
    [InlineData("172.32.0.1", "ok", "ok")]
    [InlineData("192.168.0.1", "ok", "inside")]
    [InlineData("100.64.0.1", "ok", "inside")]
    [InlineData("224.0.0.1", "ok", "inside")]
    [InlineData("255.255.255.255", "ok", "inside")]
    [InlineData("::1", "ok", "inside")]
    [InlineData("::", "ok", "inside")]
    [InlineData("fd12:3456::1", "ok", "inside")]
    [InlineData("::ffff:10.0.0.1", "ok", "inside")]
    [InlineData("::ffff:93.184.216.34", "ok", "ok")]
    [InlineData("::10.0.0.1", "ok", "inside")]
    [InlineData("64:ff9b::10.0.0.1", "ok", "inside")]
    [InlineData("2002:a00:1::", "ok", "inside")]
    [InlineData("2001:0:1::1", "ok", "inside")]
    [InlineData("169.254.169.254", "metadata", "metadata")]
    [InlineData("::ffff:169.254.169.254", "metadata", "metadata")]
    [InlineData("64:ff9b::169.254.169.254", "metadata", "metadata")]
    [InlineData("2002:a9fe:a9fe::1", "metadata", "metadata")]
    [InlineData("fe80::1%2", "metadata", "metadata")]
    [InlineData("fd00:ec2::254", "metadata", "metadata")]
    [InlineData("100.100.100.200", "metadata", "metadata")]
    [InlineData("168.63.129.16", "metadata", "metadata")]
    public void A_name_leads_inside_only_when_it_is_listed_itself_and_to_metadata_never(string address, string named, string wildcard)
    {
        Verdict(AllowedHosts.Read("api.example.com").Refuse("api.example.com", IPAddress.Parse(address))?.Why).ShouldBe(named);
        Verdict(AllowedHosts.Read("*.example.com").Refuse("api.example.com", IPAddress.Parse(address))?.Why).ShouldBe(wildcard);
        AllowedHosts.Read($"*.example.com,{address}").Refuse("api.example.com", IPAddress.Parse(address)).ShouldBeNull("the address itself is listed");
    }

    [Theory]
    [InlineData("api.example.com, *.example.com, 10.0.0.1, fd00::1", null)]
    [InlineData("https://api.example.com", "\"https://api.example.com\" is no host")]
    [InlineData("api.example.com:8443", "\"api.example.com:8443\" is no host")]
    [InlineData("*", "\"*\" is no host")]
    [InlineData("api.*.com", "\"api.*.com\" is no host")]
    [InlineData("10.0.0.0/8", "\"10.0.0.0/8\" is no host")]
    public void A_list_that_can_not_be_meant_is_refused_at_start(string list, string? says)
    {
        var result = new GuardOptionsCheck().Validate(null, new GuardOptions { AllowedHosts = list });
        result.Succeeded.ShouldBe(says is null);
        if (says is not null) result.FailureMessage.ShouldNotBeNull().ShouldContain(says);
    }

    private static string Verdict(string? why) => why switch
    {
        null => "ok",
        _ when why.Contains("inside the network", StringComparison.Ordinal) => "inside",
        _ when why.Contains("credentials", StringComparison.Ordinal) => "metadata",
        _ => why,
    };
}
