import{a}from"./7FXX7DA3.js";import"./IY6R3CEB.js";import"./47WTO6DM.js";import"./45GWE4C6.js";export{a as default};
