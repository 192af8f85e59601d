using System.Collections.Immutable;
using ChatOps.Runbooks.Audit;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Audit;

public sealed class ChainCheckTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_untouched_chain_has_no_faults() => Faults(Made(20), HeadOf(Made(20))).ShouldBeEmpty();

    [Fact]
    public void An_empty_chain_is_whole() => Faults([], null).ShouldBeEmpty();

    /// <summary>The rule is written down for auditors who compute it themselves: it may never change.</summary>
    [Fact]
    public void The_hash_is_the_one_that_is_documented() =>
        Chain.Next(Chain.Start, new StoredEvent(new StreamId("run-1"), 1, "run-opened", "{}", DateTimeOffset.UnixEpoch.AddSeconds(1)), "bot")
            .ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([.. new byte[32], .. "5:run-1"u8, .. "1:1"u8, .. "10:run-opened"u8, .. "2:{}"u8, .. "7:1000000"u8, .. "3:bot"u8])));

    [Fact]
    public void Whatever_is_altered_is_found_at_its_place() => Prop.ForAll(Gen.Choose(0, 19).ToArbitrary(), Gen.Choose(0, 5).ToArbitrary(), (at, what) =>
    {
        var chain = Made(20).ToBuilder();
        var (entry, told) = (chain[at], chain[at].Event);
        chain[at] = what switch
        {
            0 => entry with { Event = told with { Body = told.Body + " " } },
            1 => entry with { Event = told with { At = told.At.AddMicroseconds(1) } },
            2 => entry with { Event = told with { Type = "other" } },
            3 => entry with { Event = told with { Stream = new StreamId("run-9") } },
            4 => entry with { Via = "slack:act:UBEN:9" },
            _ => entry with { Event = told with { Version = told.Version + 1 } },
        };
        Faults(chain.ToImmutable(), HeadOf(Made(20))).ShouldHaveSingleItem().Place.ShouldBe(at + 1);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_is_removed_is_missed() => Prop.ForAll(Gen.Choose(0, 19).ToArbitrary(), at =>
    {
        var chain = Made(20).RemoveAt(at);
        Faults(chain, HeadOf(Made(20))).ShouldHaveSingleItem().Says.ShouldContain($"entry {at + 1} was removed");
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Who_rewrites_all_that_follows_is_found_by_an_end_noted_before()
    {
        var noted = HeadOf(Made(20));
        var forged = Made(20, "ben");
        Faults(forged, HeadOf(forged)).ShouldBeEmpty();
        Faults(forged, noted).ShouldHaveSingleItem().Says.ShouldBe("entry 20 is not the one that ended the chain");
    }

    [Theory]
    [InlineData(18, "entries 19 to 20 were removed from the end")]
    [InlineData(19, "entry 20 was removed from the end")]
    public void An_end_that_was_cut_off_is_missed(int left, string says) => Faults([.. Made(20).Take(left)], HeadOf(Made(20))).ShouldHaveSingleItem().Says.ShouldBe(says);

    private static List<ChainFault> Faults(ImmutableArray<ChainEntry> chain, ChainHead? head)
    {
        var check = new ChainCheck();
        List<ChainFault?> faults = [.. chain.Select(check.Next)];
        return [.. faults.Append(check.End(head)).OfType<ChainFault>()];
    }

    private static ChainHead HeadOf(ImmutableArray<ChainEntry> chain) => new(chain[^1].Place, chain[^1].Hash);

    private static ImmutableArray<ChainEntry> Made(int length, string by = "ana")
    {
        var (chain, hash) = (ImmutableArray.CreateBuilder<ChainEntry>(), Chain.Start);
        for (var place = 1; place <= length; place++)
        {
            var told = new StoredEvent(new StreamId($"run-{place % 3}"), place, "step", $$"""{"by":"{{by}}"}""", Noon.AddSeconds(place));
            hash = Chain.Next(hash, told, "bot");
            chain.Add(new ChainEntry(place, told, "bot", hash));
        }

        return chain.ToImmutable();
    }
}
