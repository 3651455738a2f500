"""Series of intermittent demand, which are forecast by a hurdle model."""
