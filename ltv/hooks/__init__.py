"""The paid hooks as they ran: what their traces say of payments, and of where the time goes."""
