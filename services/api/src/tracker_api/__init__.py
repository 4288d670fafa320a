"""REST, live events and login of Task Tracker."""
