"""Other people, who share lists with the account: each with a zone and a phone of their own."""
