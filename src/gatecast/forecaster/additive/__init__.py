"""The additive part: the effects of columns known in advance, estimated beside the networks."""
