"""The backend anyone can run at home; speaks NemoVideo's API, knows neither bots nor core."""
