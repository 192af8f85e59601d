using ChatOps.Bot.Engine;
using ChatOps.Bot.Tests.Web;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Engine;

public sealed class BoardTests
{
    [Theory]
    [InlineData(null, null, "api/staging api/prod auth/prod")]
    [InlineData("api", null, "api/staging api/prod")]
    [InlineData(null, "prod", "api/prod auth/prod")]
    [InlineData("api", "prod", "api/prod")]
    [InlineData("auth", "staging", "")]
    [InlineData("worker", null, "")]
    public void A_board_gives_the_lines_that_were_asked_for_in_its_order(string? service, string? environment, string places) =>
        string.Join(' ', new Board(Samples.Board()).Of(service, environment).Select(line => $"{line.Service}/{line.Environment}")).ShouldBe(places);
}
